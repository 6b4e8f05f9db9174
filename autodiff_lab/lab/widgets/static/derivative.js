import { Plot, choice, entry, field, follow, make, number, power, put, set, slider, ticks, voice, widget } from "./shared.js";

const PRIMES = ["", "′", "″", "‴", "⁗"];

/** A range of y that shows curves well: all of them if they are tame, else what most of their points need. */
function bounds(rows) {
  const values = rows.flatMap((row) => [...row]).filter(Number.isFinite);
  if (!values.length) return [-1, 1];
  values.sort((a, b) => a - b);
  let [low, high] = [values[0], values[values.length - 1]];
  const at = (q) => values[Math.round(q * (values.length - 1))];
  const [a, b] = [at(0.03), at(0.97)];
  if (high - low > 8 * Math.max(b - a, 1e-12)) [low, high] = [a - 0.6 * (b - a), b + 0.6 * (b - a)];
  if (high - low < 1e-9 * Math.max(1, Math.abs(low))) [low, high] = [low - 1, high + 1];
  const room = 0.07 * (high - low);
  return [low - room, high + room];
}

/** Numbers from a view of bytes, or from base64 where there is no kernel. */
function copied(view, Kind) {
  if (typeof view === "string") return new Kind(Uint8Array.from(atob(view), (c) => c.charCodeAt(0)).buffer);
  return new Kind(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
}

/** The numbers that Python sent, as rows: x; then for each curve f, f′, …; and its quotients' errors, each `stride` points. */
function unpacked(model) {
  const curves = model.get("curves");
  const orders = model.get("orders");
  const all = copied(model.get("data"), Float64Array);
  const errors = copied(model.get("errors"), Float32Array);
  const rows = 1 + curves.length * (orders + 1);
  const n = all.length / rows;
  const row = (k) => all.subarray(k * n, (k + 1) * n);
  const steps = model.get("steps");
  const stops = errors.length / (2 * curves.length * steps.length);
  const stride = (n - 1) / (stops - 1);
  return {
    n,
    stride,
    x: row(0),
    steps,
    curves: curves.map((curve, c) => ({
      ...curve,
      rows: Array.from({ length: orders + 1 }, (_, k) => row(1 + c * (orders + 1) + k)),
      error: (quotient, i, j) => errors[((c * 2 + quotient) * stops + i / stride) * steps.length + j],
    })),
  };
}

export default widget(({ model, root, say }) => {
  let data;
  let at = model.get("at");
  const orders = model.get("orders");
  const speak = voice(root);

  const preset = choice(say("function"), (model.get("presets") ?? []).map(([key, text]) => [key, text]), model.get("choice"), (value) =>
    set(model, { choice: value }),
  );
  const which = make("span", { class: "adl-row", style: "margin:0", role: "group", "aria-label": say("function") });
  const xField = entry("adl-x", (x) => move(nearest(x), true));
  root.append(
    make("h3", { class: "adl-title", text: say("title") }),
    make("div", { class: "adl-row" }, model.alone ? null : preset, field(say("point"), xField), which),
  );

  // the plots
  const point = make("svg:g", { class: "adl-point", tabindex: 0, role: "slider", "aria-label": say("drag") });
  point.append(make("svg:circle", { class: "adl-halo", r: 15 }), make("svg:circle", { class: "adl-dot", r: 7.5 }));
  const tangent = make("svg:line", { class: "adl-tangent" });
  const secant = make("svg:line", { class: "adl-secant" });
  const guides = [make("svg:line", { class: "adl-guide" }), make("svg:line", { class: "adl-guide" })];
  let dots = [];
  const dashed = (order) => (order > 1 || (order && data.curves.length > 1) ? `adl-d${order}` : "");
  const hue = (c, order) => `adl-c${(data.curves.length > 1 ? c : order) % 5}`;

  function drawn(plot, wanted) {
    plot.front.replaceChildren();
    for (const [c, curve] of data.curves.entries())
      for (const order of wanted) {
        const cuts = order ? [...curve.breaks, ...curve.kinks.map((kink) => kink[0])] : curve.breaks;
        const breaks = (i) => cuts.some((cut) => data.x[i - 1] <= cut && cut <= data.x[i]);
        const d = plot.path(data.x, curve.rows[order], breaks);
        plot.front.append(make("svg:path", { class: `adl-curve ${hue(c, order)} ${dashed(order)}`, d }));
      }
  }
  /** A ring where a curve has a kink; below, open rings at the slopes on both sides and a full one at the chosen one. */
  function kinks(plot, sides) {
    for (const [c, curve] of data.curves.entries())
      for (const [x, left, right, chosen] of curve.kinks)
        for (const y of sides ? [left, right, chosen] : [curve.rows[0][nearest(x, 1)]]) {
          const full = sides && y === chosen;
          const kind = full ? `adl-mark ${hue(c, 1)}` : sides ? `adl-open ${hue(c, 1)}` : "adl-kink";
          plot.front.append(make("svg:circle", { class: kind, r: full ? 4.5 : 5, cx: plot.px(x), cy: plot.py(y) }));
        }
  }
  const above = new Plot({
    title: say("above"), height: 280, x: [0, 1], y: [0, 1],
    draw(plot) {
      drawn(plot, [0]);
      plot.front.append(guides[0], secant, tangent);
      kinks(plot, false);
      plot.over.replaceChildren(point);
      place();
    },
  });
  const below = new Plot({
    title: say("below"), height: 210, x: [0, 1], y: [0, 1],
    draw(plot) {
      drawn(plot, Array.from({ length: orders }, (_, k) => k + 1));
      plot.front.append(guides[1]);
      kinks(plot, true);
      dots = data.curves.length > 1 ? [1] : Array.from({ length: orders }, (_, k) => k + 1);
      dots = dots.map((order) => [order, make("svg:circle", { class: `adl-mark ${hue(model.get("shown"), order)}`, r: 5.5 })]);
      plot.over.replaceChildren(...dots.map(([, dot]) => dot));
      place();
    },
  });
  const marker = make("svg:g", { class: "adl-c3" }, make("svg:circle", { class: "adl-mark", r: 6.5 }));
  const band = [0, 1].map((q) => make("svg:path", { class: `adl-curve adl-c${q + 2} adl-q${q}` }));
  const third = new Plot({
    title: say("quotients"), height: 318, x: [-16, 0], y: [-16, 2],
    xText: power, yText: power,
    xTicks: (width) => ticks(-16, 0, width > 420 ? 8 : 4),
    yTicks: () => ticks(third.y[0], third.y[1], 6),
    draw(plot) {
      plot.front.replaceChildren(...band);
      plot.over.replaceChildren(marker);
      place();
    },
  });
  const keys = [make("div", { class: "adl-key" }), make("div", { class: "adl-key" }), make("div", { class: "adl-key" })];
  const swatch = (name, classes, plain) =>
    make("span", {}, make("svg:svg", { width: 26, height: 10, "aria-hidden": "true" }, make("svg:line", { class: plain ? classes : `adl-curve ${classes}`, x1: 1, x2: 25, y1: 5, y2: 5 })), make("span", { text: name }));

  const step = slider(
    say("step"),
    { min: 0, max: model.get("steps").length - 1, step: 1, value: model.get("step"), shown: (j) => hText(j) },
    (j, released) => (place(j), released && (set(model, { step: j }), speak(compared()))),
  );
  const kind = choice(say("quotient"), [["forward", say("forward")], ["central", say("central")]], model.get("quotient"), (value) =>
    set(model, { quotient: value }),
  );
  function hText(j) {
    const exponent = j / 2 - 16;
    return Number.isInteger(exponent) ? power(exponent) : `√10·${power(Math.floor(exponent))}`;
  }

  const facts = {};
  const fact = (name) => {
    facts[name] = { label: make("b"), value: make("output") };
    return make("div", { class: `adl-fact adl-fact-${name}` }, facts[name].label, facts[name].value);
  };
  const says = make("p", { class: "adl-says" });
  const advice = make("p", { class: "adl-says" });
  const panel = (title, ...rest) => make("section", { "aria-label": title }, make("h4", { class: "adl-panel-title", text: title }), ...rest);
  const panels = make(
    "div", { class: "adl-panels adl-picture", hidden: true },
    make("div", {},
      panel(say("above"), keys[0], above.node),
      panel(say("below"), keys[1], below.node),
      make("div", { class: "adl-facts" }, fact("x"), fact("value"), ...Array.from({ length: orders }, (_, k) => fact(`d${k + 1}`))),
      says,
    ),
    panel(say("quotients"), make("div", { class: "adl-row" }, kind, step), keys[2], third.node,
      make("div", { class: "adl-facts" }, fact("numerical"), fact("error")), advice),
  );
  root.append(panels);

  const nearest = (x, stride = data.stride) => {
    const [low, high] = [data.x[0], data.x[data.n - 1]];
    return Math.max(0, Math.min(data.n - 1, stride * Math.round(((x - low) / (high - low)) * ((data.n - 1) / stride))));
  };
  const shownCurve = () => data.curves[Math.min(model.get("shown"), data.curves.length - 1)];

  /** Everything that follows the point, the step and the kind of quotient. Called at every move: it only sets attributes. */
  function place(j = Number(step.input.value)) {
    if (!data || !above.width) return;
    const curve = shownCurve();
    const [x, y, slope] = [data.x[at], curve.rows[0][at], curve.rows[1][at]];
    const [px, py] = [above.px(x), above.py(y)];
    const inside = Number.isFinite(py);
    const shownY = inside ? Math.max(4, Math.min(above.height - 22, py)) : above.height - 26;
    put(point, {
      transform: `translate(${px.toFixed(1)} ${shownY.toFixed(1)})`,
      class: `adl-point ${hue(model.get("shown"), 0)}`,
      "aria-valuemin": data.x[0], "aria-valuemax": data.x[data.n - 1], "aria-valuenow": x,
      "aria-valuetext": say("at", { x: number(x), name: curve.name, value: number(y), slope: number(slope) }),
    });
    const [left, right] = above.x;
    const through = (m) => ({ x1: above.px(left), x2: above.px(right), y1: above.py(y + m * (left - x)), y2: above.py(y + m * (right - x)) });
    put(tangent, { ...(Number.isFinite(slope) && inside ? through(slope) : { x1: 0, x2: 0, y1: 0, y2: 0 }) });
    put(guides[0], { x1: px, x2: px, y1: 10, y2: above.height - 26 });
    put(guides[1], { x1: px, x2: px, y1: 10, y2: below.height - 26 });
    for (const [order, dot] of dots) {
      const v = below.py(curve.rows[order][at]);
      put(dot, { cx: below.px(x).toFixed(1), cy: (Number.isFinite(v) ? v : -99).toFixed(1), visibility: v > 4 && v < below.height - 20 ? "visible" : "hidden" });
    }
    xField.show(x);
    const note = (name, label, value) => (put(facts[name].label, { text: label }), put(facts[name].value, { text: value }));
    note("x", "x", number(x));
    note("value", `${curve.name}(x)`, number(y));
    for (let k = 1; k <= orders; k++) note(`d${k}`, `${curve.name}${PRIMES[k]}(x)`, number(curve.rows[k][at]));
    put(says, { text: told(curve, x) });
    quotients(curve, slope, x, y, j);
  }

  function told(curve, x) {
    const gap = (data.x[1] - data.x[0]) / 2;
    const kink = curve.kinks.find((k) => Math.abs(k[0] - x) <= gap);
    if (kink) return say("kink", { name: curve.name, x: number(kink[0], 4), left: number(kink[1], 4), right: number(kink[2], 4), chosen: number(kink[3], 4) });
    const jump = curve.breaks.find((b) => Math.abs(b - x) <= gap);
    if (jump !== undefined) return say("break", { name: curve.name, x: number(jump, 4) });
    return curve.cut ? say("cut", { name: curve.name }) : "";
  }

  const size = (e) => Math.log10(Math.max(Math.abs(e), 1e-17));
  function quotients(curve, slope, x, y, j) {
    const q = model.get("quotient") === "central" ? 1 : 0;
    const logs = data.steps.map((_, k) => k / 2 - 16);
    for (const k of [0, 1]) {
      const line = logs.map((_, i) => (Number.isFinite(curve.error(k, at, i)) ? size(curve.error(k, at, i)) : NaN));
      put(band[k], { d: third.path(logs, line), "stroke-opacity": k === q ? 1 : 0.5 });
    }
    const error = curve.error(q, at, j);
    put(marker, { transform: `translate(${third.px(logs[j]).toFixed(1)} ${third.py(Number.isFinite(error) ? size(error) : 0).toFixed(1)})`, class: `adl-c${q + 2}` });
    put(facts.numerical.label, { text: say("numerical", { h: hText(j) }) });
    put(facts.numerical.value, { text: number(slope + error, 8) });
    put(facts.error.label, { text: say("error") });
    put(facts.error.value, { text: error === 0 ? "0" : number(error, 3) });
    const m = slope + error;
    const wide = Number.isFinite(m) && data.steps[j] > (above.x[1] - above.x[0]) * 1e-3;
    const [left, right] = above.x;
    put(secant, { class: `adl-secant adl-c${q + 2}` });
    put(secant, wide ? { x1: above.px(left), x2: above.px(right), y1: above.py(y + m * (left - x)), y2: above.py(y + m * (right - x)) } : { x1: 0, x2: 0, y1: 0, y2: 0 });
    // the best h, and on which side of it we are
    let best = 0;
    for (let i = 1; i < logs.length; i++) if (Math.abs(curve.error(q, at, i)) < Math.abs(curve.error(q, at, best))) best = i;
    const corner = told(curve, x);
    const text = corner ? say("neither") : Math.abs(error) < 1e-15 ? say("exact") : j > best + 2 ? say("truncation") : j < best - 2 ? say("rounding") : say("balance");
    put(advice, { text });
  }

  const compared = () => `${facts.numerical.label.textContent}: ${facts.numerical.value.textContent}; ${facts.error.label.textContent}: ${facts.error.value.textContent}. ${advice.textContent}`;
  const there = () => `${point.getAttribute("aria-valuetext")} ${says.textContent}`;

  function move(i, released) {
    if (i !== at) {
      at = i;
      place();
    }
    if (released) {
      set(model, { at });
      speak(there());
    }
  }
  // the hand
  const under = (event) => nearest(above.xAt(event.clientX - above.node.getBoundingClientRect().left));
  above.node.addEventListener("pointerdown", (event) => {
    if (event.button || !data) return;
    event.preventDefault();
    above.node.setPointerCapture(event.pointerId);
    point.focus({ preventScroll: true });
    move(under(event), false);
  });
  above.node.addEventListener("pointermove", (event) => above.node.hasPointerCapture(event.pointerId) && move(under(event), false));
  above.node.addEventListener("pointerup", () => move(at, true));
  point.addEventListener("keydown", (event) => {
    const far = event.shiftKey ? 20 : data.stride;
    const to = { ArrowRight: at + far, ArrowUp: at + far, ArrowLeft: at - far, ArrowDown: at - far, PageUp: at + 20, PageDown: at - 20, Home: 0, End: data.n - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(Math.max(0, Math.min(data.n - 1, to)), true);
  });

  function renew() {
    if (!model.get("curves").length) return;
    panels.hidden = false;
    data = unpacked(model);
    at = Math.min(at, data.n - 1);
    const x = [data.x[0], data.x[data.n - 1]];
    const rows = (wanted) => data.curves.flatMap((curve) => wanted.map((k) => curve.rows[k]));
    const derived = Array.from({ length: orders }, (_, k) => k + 1);
    Object.assign(above, { x, y: bounds(rows([0])) });
    Object.assign(below, { x, y: bounds(rows(derived)) });
    const several = data.curves.length > 1;
    keys[0].replaceChildren(...data.curves.map((curve, c) => swatch(`${curve.name}(x)`, hue(c, 0))), swatch(say("tangent"), "adl-tangent", true), swatch(say("secant"), "adl-secant adl-c2", true));
    keys[1].replaceChildren(...data.curves.flatMap((curve, c) => derived.map((k) => swatch(`${curve.name}${PRIMES[k]}(x)`, `${hue(c, k)} ${dashed(k)}`))));
    keys[2].replaceChildren(swatch(say("short.forward"), "adl-c2 adl-q0"), swatch(say("short.central"), "adl-c3 adl-q1"));
    which.replaceChildren();
    if (several)
      for (const [c, curve] of data.curves.entries())
        which.append(make("button", { text: curve.name, "aria-pressed": String(c === model.get("shown")), onclick: () => set(model, { shown: c }) }));
    let top = -14;
    for (const curve of data.curves) for (let j = 0; j < data.steps.length; j++) {
      const e = curve.error(0, at, j);
      if (Number.isFinite(e)) top = Math.max(top, Math.ceil(size(e)));
    }
    third.y = [-16.6, Math.max(1, Math.min(6, top)) + 0.4];
    for (const plot of [above, below, third]) plot.redraw();
    preset.input.value = model.get("choice");
  }
  renew();
  const stops = [
    follow(model, ["data"], () => (renew(), speak(there()))),
    follow(model, ["at"], () => ((at = model.get("at")), place())),
    follow(model, ["step"], () => (step.show(model.get("step")), place())),
    follow(model, ["quotient"], () => ((kind.input.value = model.get("quotient")), place(), speak(compared()))),
    follow(model, ["shown"], () => {
      [...which.children].forEach((button, c) => put(button, { "aria-pressed": String(c === model.get("shown")) }));
      below.redraw();
      place();
      speak(there());
    }),
  ];
  return () => {
    stops.forEach((stop) => stop());
    [above, below, third].forEach((plot) => plot.stop());
  };
});
