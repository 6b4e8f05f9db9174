import { Plot, entry, field, follow, make, number, power, put, read, set, slider, ticks, voice, widget } from "./shared.js";

const FINER = 3; // points between which a level line is straight, for each that was measured

/** Rows of numbers with points between them, on the cubic through the four nearest (Catmull and Rom). */
function between(rows) {
  const at = (k) => rows[Math.max(0, Math.min(rows.length - 1, k))];
  return Array.from({ length: (rows.length - 1) * FINER + 1 }, (_, m) => {
    const [k, t] = [Math.floor(m / FINER), (m % FINER) / FINER];
    if (!t) return rows[k];
    const [p, q, r, s] = [at(k - 1), at(k), at(k + 1), at(k + 2)];
    return q.map((v, i) => v + (t / 2) * (r[i] - p[i] + t * (2 * p[i] - 5 * v + 4 * r[i] - s[i] + t * (3 * (v - r[i]) + s[i] - p[i]))));
  });
}
const turned = (rows) => rows[0].map((_, k) => rows.map((row) => row[k]));

/** Pieces of the level lines of a grid, by marching squares: a path for each level. */
function contours(axes, values, levels, plot) {
  let [xs, ys] = axes;
  let n = xs.length;
  if (!values.includes(null)) {
    const rows = ys.map((_, j) => values.slice(j * n, (j + 1) * n));
    values = turned(between(turned(between(rows)))).flat();
    [xs, ys] = axes.map((axis) => between(axis.map((v) => [v])).flat());
    n = xs.length;
  }
  return levels.map((level) => {
    let d = "";
    for (let j = 0; j + 1 < ys.length; j++)
      for (let i = 0; i + 1 < n; i++) {
        const at = j * n + i;
        const above = (values[at] > level) + (values[at + 1] > level) + (values[at + n] > level) + (values[at + n + 1] > level);
        if (above === 0 || above === 4) continue;
        const corner = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
        const z = corner.map(([a, b]) => values[b * n + a]);
        if (z.some((v) => v === null)) continue;
        const cross = [];
        for (let k = 0; k < 4; k++) {
          const [p, q] = [z[k], z[(k + 1) % 4]];
          if (p > level === q > level) continue;
          const t = (level - p) / (q - p);
          const [[a, b], [c, e]] = [corner[k], corner[(k + 1) % 4]];
          cross.push([plot.px(xs[a] + t * (xs[c] - xs[a])).toFixed(1), plot.py(ys[b] + t * (ys[e] - ys[b])).toFixed(1)]);
        }
        for (let k = 0; k + 1 < cross.length; k += 2) d += `M${cross[k]}L${cross[k + 1]}`;
      }
    return d;
  });
}

export default widget(({ model, root, say }) => {
  const live = !model.alone;
  const hidden = new Set();
  const speak = voice(root);
  let [paths, ground, at, timer, reached] = [[], {}, model.get("at"), null, model.get("reached")];
  const names = model.get("names");
  const flat = () => names.length === 1;
  const hue = (k) => `adl-c${k % 4}`;

  const starts = names.map((name, k) => entry("adl-start", (value) => set(model, { start: model.get("start").map((v, j) => (j === k ? value : v)) })));
  const rate = slider(
    say("lr"), { min: -4, max: 0.5, step: 0.05, value: Math.log10(model.get("lr")), shown: (e) => number(Math.abs(e - Math.log10(model.get("lr"))) < 0.026 ? model.get("lr") : 10 ** e, 3) },
    (e) => (set(model, { lr: Number((10 ** e).toPrecision(3)) }), rate.show(e)),
  );
  const bar = slider(say("step"), { min: 0, max: reached, step: 1, value: at, shown: (k) => `${k} / ${reached}` }, (k, released) => go(k, released));
  bar.classList.add("adl-bar");
  const play = make("button", { class: "adl-main", text: say("play"), onclick: () => (timer ? pause() : start()) });
  const back = make("button", { text: say("back"), onclick: () => go(at - 1, true) });
  const next = make("button", { text: say("next"), onclick: () => go(at + 1, true) });
  const which = make("div", { class: "adl-row adl-which", role: "group", "aria-label": say("optimizer") });

  // a long run: how far it is, and what stops it and lets it go on
  const meter = make("progress", { "aria-label": say("progress"), hidden: true });
  const far = make("span", { class: "adl-number" });
  const brake = make("button", { onclick: () => set(model, { stopped: !model.get("stopped") }) });
  const run = make("div", { class: "adl-row adl-run", hidden: true }, meter, far, live ? brake : null);

  const place = [];
  const main = new Plot({
    title: say("ground"), height: 380, x: [0, 1], y: [0, 1],
    draw(plot) {
      plot.front.replaceChildren();
      if (flat()) {
        const d = plot.path(ground.axes[0], ground.values.map((v) => v ?? NaN));
        plot.front.append(make("svg:path", { class: "adl-curve adl-loss", d }));
      } else {
        const finite = ground.values.filter((v) => v !== null).sort((a, b) => a - b);
        const levels = Array.from({ length: 14 }, (_, k) => finite[Math.round(((k + 0.5) / 14) ** 1.6 * (finite.length - 1))]);
        contours(ground.axes, ground.values, levels, plot).forEach((d, k) =>
          plot.front.append(make("svg:path", { class: "adl-level", d, "stroke-opacity": (0.75 - 0.04 * k).toFixed(2) })),
        );
      }
      place.length = 0;
      paths.forEach((path, k) => {
        const line = make("svg:polyline", { class: `adl-curve adl-path ${hue(k)}` });
        const dots = make("svg:path", { class: `adl-dots ${hue(k)}` });
        const arrow = make("svg:path", { class: "adl-arrow" });
        const here = make("svg:g", { class: hue(k) }, make("svg:circle", { class: "adl-mark", r: 7 }));
        const group = make("svg:g", {}, line, dots, arrow, here);
        plot.front.append(group);
        const spots = path.losses.map((loss, i) =>
          [plot.px(path.points[0][i]), plot.py(flat() ? loss : path.points[1][i])].map((v) => Math.max(-9999, Math.min(9999, v)).toFixed(1)),
        );
        place.push({ path, group, line, dots, arrow, here, spots });
      });
      show();
    },
  });
  const losses = new Plot({
    title: say("losses"), height: 240, x: [0, 1], y: [0, 1],
    draw(plot) {
      plot.front.replaceChildren();
      paths.forEach((path, k) => {
        const d = plot.path(path.losses.map((_, i) => i), path.losses.map((v) => scaled(v)));
        plot.front.append(make("svg:path", { class: `adl-curve ${hue(k)}`, d, display: hidden.has(path.name) ? "none" : null }));
      });
      plot.front.append(guide);
      show();
    },
  });
  const guide = make("svg:line", { class: "adl-guide" });
  let log = false;
  const scaled = (v) => (log ? Math.log10(Math.max(v, 1e-16)) : v);
  const table = make("table", { class: "adl-table adl-results" });
  const player = make("div", { class: "adl-row adl-player" }, back, play, next, bar);
  const panels = make(
    "div", { class: "adl-panels adl-picture" },
    make("section", { "aria-label": say("ground") }, make("h4", { class: "adl-panel-title", text: say("ground") }), which, main.node, live ? make("p", { class: "adl-hint", text: say("click") }) : null),
    make("section", { "aria-label": say("losses") }, make("h4", { class: "adl-panel-title", text: say("losses") }), losses.node, table),
  );
  root.append(
    make("h3", { class: "adl-title", text: say("title") }),
    ...(live
      ? [make("div", { class: "adl-row" }, rate, ...names.map((name, k) => field(say("start", { name }), starts[k])))]
      : []),
    run, player, panels,
  );

  function go(k, aloud) {
    at = Math.max(0, Math.min(reached, k));
    show();
    if (aloud) {
      set(model, { at });
      speak(arrived());
    }
  }
  /** Where each optimizer is, in words. */
  const arrived = () =>
    paths.filter((p) => p.losses.length && !hidden.has(p.name)).map((p) => `${p.name}: ${at < p.losses.length ? `${say("loss")} ${number(p.losses[at], 4)}` : say("away")}`).join("; ");
  function start() {
    if (at >= reached) at = 0;
    put(play, { text: say("pause") });
    const tick = () => {
      go(at + Math.ceil(reached / 250), false); // of a long run not each step is shown
      if (at >= reached) return pause();
      timer = setTimeout(tick, 4000 / Math.max(20, Math.min(250, reached)));
    };
    timer = setTimeout(tick, 10);
  }
  function pause() {
    clearTimeout(timer);
    timer = null;
    put(play, { text: say("play") });
    set(model, { at });
  }

  /** Everything that follows the step that is shown: it only sets attributes. */
  function show() {
    bar.show(at);
    if (!main.width || !losses.width) return;
    for (const { path, group, line, dots, arrow, here, spots } of place) {
      put(group, { display: hidden.has(path.name) || !path.losses.length ? "none" : null });
      if (!path.losses.length) continue;
      const last = Math.min(at, path.losses.length - 1);
      const points = spots.slice(0, last + 1);
      put(line, { points: points.join(" ") });
      put(dots, { d: points.map(([x, y]) => `M${x} ${y}h0`).join("") });
      const [x, y] = spots[last];
      put(here, { transform: `translate(${x} ${y})` });
      // downhill, against the gradient, in pixels of the plot
      const slope = path.grads.map((g) => g[last]);
      const [sx, sy] = [main.px(1) - main.px(0), main.py(1) - main.py(0)];
      const [dx, dy] = flat() ? [-Math.sign(slope[0]) * Math.abs(sx), 0] : [-slope[0] * sx, -slope[1] * sy];
      const size = Math.hypot(dx, dy);
      const steep = Math.min(1, 0.35 + 0.2 * Math.log10(1 + Math.hypot(...slope)));
      const [ux, uy] = size > 1e-9 ? [(dx / size) * 52 * steep, (dy / size) * 52 * steep] : [0, 0];
      const [hx, hy] = [ux * 0.18, uy * 0.18];
      put(arrow, { d: size > 1e-9 && Math.hypot(...slope) > 1e-6 ? `M${x} ${y}l${ux} ${uy}m${-hx - hy} ${-hy + hx}l${hx + hy} ${hy - hx}l${-hx + hy} ${-hy - hx}` : "" });
    }
    put(guide, { x1: losses.px(at), x2: losses.px(at), y1: 10, y2: losses.height - 26 });
    const rows = paths.filter((p) => !hidden.has(p.name));
    while (table.rows.length > rows.length + 1) table.deleteRow(-1);
    const head = [say("optimizer"), ...names, say("loss")];
    const cells = (path) => {
      if (at >= path.losses.length) return [path.name, ...names.map(() => "—"), say("away")];
      return [path.name, ...path.points.map((p) => number(p[at], 4)), number(path.losses[at], 4)];
    };
    [head, ...rows.map(cells)].forEach((texts, r) => {
      const row = table.rows[r] ?? table.insertRow();
      texts.forEach((text, c) => put(row.cells[c] ?? row.appendChild(make(r ? "td" : "th", r ? {} : { scope: "col" })), { text }));
    });
  }

  const clicked = (event) => {
    const box = main.node.getBoundingClientRect();
    const x = main.xAt(event.clientX - box.left);
    const bottom = main.height - 26;
    const y = main.y[0] + ((bottom - (event.clientY - box.top)) / (bottom - 10)) * (main.y[1] - main.y[0]);
    if (x < main.x[0] || x > main.x[1] || y < main.y[0] || y > main.y[1]) return;
    set(model, { start: (flat() ? [x] : [x, y]).map((v) => Number(v.toPrecision(4))) });
  };
  if (live) main.node.addEventListener("click", clicked);

  /** How far a long run is, or where it was stopped; while it goes, it has the place of the player. */
  function follows() {
    const [progress, reached, all] = [model.get("progress") ?? {}, model.get("reached"), model.get("steps")];
    const [going, stopped, wrong] = ["of" in progress, model.get("stopped"), model.get("fault")?.type];
    const running = say("running", { steps: all });
    const end = stopped ? say(reached < all ? "stopped" : "stopped.ground", { at: reached, steps: all }) : "";
    const text = going ? say(`progress.${progress.of}`, progress) : end || (read(model, "paths").length || wrong ? "" : running);
    if (going && meter.hidden) speak(running);
    else if (!going && !meter.hidden && !wrong) speak(`${end || say("finished")} ${arrived()}`);
    const focused = root.contains(document.activeElement) && document.activeElement;
    root.classList.toggle("adl-going", going);
    put(meter, { max: progress.all ?? 1, value: progress.done ?? 0, "aria-valuetext": text, hidden: !going });
    put(far, { text });
    put(brake, { text: say(going ? "stop" : "go") });
    run.hidden = !text;
    player.hidden = going || !read(model, "paths").length;
    if (focused && !focused.checkVisibility()) (going ? brake : play).focus({ preventScroll: true });
  }

  function renew(aloud) {
    [paths, ground, reached] = [read(model, "paths"), read(model, "ground"), model.get("reached")];
    panels.hidden = !paths.length;
    put(bar.input, { max: reached });
    at = timer ? Math.min(at, reached) : model.get("at");
    if (!paths.length || !ground.axes) return;
    const ends = (values) => [values[0], values[values.length - 1]];
    main.x = ends(ground.axes[0]);
    let finite = ground.values.filter((v) => v !== null);
    if (!finite.length) finite = paths.flatMap((p) => p.losses); // stopped before the ground was measured
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    main.y = flat() ? [low - 0.06 * (high - low || 1), high + 0.06 * (high - low || 1)] : ends(ground.axes[1]);
    const all = paths.flatMap((p) => p.losses);
    log = all.every((v) => v > 0) && Math.max(...all) / Math.min(...all) > 50;
    const seen = all.map(scaled);
    const [least, most] = [Math.min(...seen), Math.min(Math.max(...seen), log ? Math.log10(Math.max(...finite, 1)) + 2 : high * 2 + 1)];
    const room = 0.06 * (most - least || 1);
    Object.assign(losses, {
      x: [0, Math.max(1, reached)], y: [least - room, most + room],
      yText: log ? power : number,
      yTicks: log ? () => ticks(least - room, most + room, 4).filter(Number.isInteger) : null,
    });
    which.replaceChildren(
      ...paths.map((path, k) => {
        const button = make("button", { "aria-pressed": String(!hidden.has(path.name)), onclick: () => (hidden.has(path.name) ? hidden.delete(path.name) : hidden.add(path.name), put(button, { "aria-pressed": String(!hidden.has(path.name)) }), losses.redraw(), show()) });
        button.append(make("svg:svg", { width: 24, height: 10, "aria-hidden": "true" }, make("svg:line", { class: `adl-curve ${hue(k)}`, x1: 2, x2: 22, y1: 5, y2: 5 })), make("span", { text: path.name }));
        return button;
      }),
    );
    main.redraw();
    losses.redraw();
    if (aloud) speak(`${model.get("stopped") ? far.textContent : ""} ${arrived()}`);
  }
  const given = () => {
    rate.show(Math.log10(model.get("lr")));
    model.get("start").forEach((value, k) => starts[k].show(value));
  };
  renew(false);
  follows();
  given();
  const stops = [
    follow(model, ["progress", "stopped", "reached", "fault"], follows),
    follow(model, ["paths", "ground"], () => renew(true)),
    follow(model, ["at"], () => model.get("at") !== at && go(model.get("at"), false)),
    follow(model, ["lr", "start"], given),
  ];
  return () => {
    clearTimeout(timer);
    stops.forEach((stop) => stop());
    main.stop();
    losses.stop();
  };
});
