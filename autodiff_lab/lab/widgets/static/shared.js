// What all widgets share: making elements, words, numbers, controls, plots. Nothing comes from outside; whatever the
// kernel sends becomes text and attributes, never markup.

const SPACES = { svg: "http://www.w3.org/2000/svg", math: "http://www.w3.org/1998/Math/MathML" };

/** An element, of SVG or MathML with "svg:" or "math:" in front; what takes the focus keeps its keys from the notebook. */
export function make(tag, attributes = {}, ...children) {
  const [space, name] = tag.split(":");
  const node = name ? document.createElementNS(SPACES[space], name) : document.createElement(tag);
  if (["input", "button", "select", "textarea"].includes(tag) || "tabindex" in attributes)
    node.setAttribute("data-lm-suppress-shortcuts", "true");
  if (tag === "button") node.type = "button";
  if (tag === "output") node.setAttribute("aria-live", "off"); // a widget speaks with one voice, see `voice`
  put(node, attributes);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Attributes of a node; false and null take one away, "text" is its text, "onclick" and the like listen. */
export function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") {
      if (node.textContent !== String(value)) node.textContent = value;
    } else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === false || value === null || value === undefined) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value === true ? "" : value);
  }
  return node;
}

export const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** A number as the pictures write it: a few significant digits, no empty zeros, a true minus sign. */
export function number(value, digits = 5) {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null || value === undefined || Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  let text = value.toPrecision(digits);
  const size = Math.abs(value);
  if (size >= 10 ** digits || size < 1e-4) {
    const [mantissa, power] = value.toExponential(digits - 1).split("e");
    text = `${Number(mantissa)}e${Number(power)}`;
  } else text = String(Number(text));
  return text.replaceAll("-", "−");
}

/** A power of ten in superscript: 10⁻⁸. */
export function power(exponent) {
  const digits = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  const text = [...String(Math.abs(exponent))].map((digit) => digits[digit]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${text}`;
}

/** A widget: draw({model, root, say}) fills the root; an error of the script, or of the learner's function, is drawn. */
export function widget(draw) {
  return {
    render({ model, el }) {
      const labels = model.get("labels");
      const say = (key, values = {}) =>
        (labels[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
      const root = make("div", { class: "adl-widget", lang: model.get("language") });
      const box = make("div", { class: "adl-fault", role: "alert", hidden: true });
      const again = make("button", { text: say("fault.again"), onclick: () => set(model, { again: model.get("again") + 1 }) });
      el.replaceChildren(root);
      let stop;
      try {
        stop = draw({ model, root, say });
      } catch (error) {
        root.replaceChildren();
        console.error(error);
        fill(box, say("fault.script"), String(error));
        box.hidden = false;
      }
      const told = () => {
        const fault = model.get("fault");
        const some = fault && fault.type;
        root.classList.toggle("adl-stale", Boolean(some));
        const focused = box.contains(document.activeElement);
        box.hidden = !some;
        if (some) {
          const place = fault.line ? say("fault.where", { line: fault.line, name: fault.function }) : "";
          fill(box, `${fault.type}: ${fault.message}`, place, fault.code, ...fault.notes);
          if (!model.alone) box.append(again);
        }
        if (focused) (some ? again : reachable(root))?.focus({ preventScroll: true });
      };
      const under = root.querySelector(".adl-panels, .adl-columns"); // what is under the hand stays where it is
      if (under) under.before(box);
      else root.prepend(box);
      if (!box.hidden) return stop;
      told();
      model.on("change:fault", told);
      return () => {
        model.off("change:fault", told);
        stop?.();
      };
    },
  };
}

/** A widget on a page without a kernel: its traits are plain values, and what is set stays on the page. */
export function alone(shown, state, el) {
  const listening = {};
  const model = {
    alone: true,
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      for (const act of [...(listening[`change:${name}`] ?? [])]) act();
    },
    save_changes() {},
    on: (event, act) => (listening[event] ??= new Set()).add(act),
    off: (event, act) => listening[event]?.delete(act),
  };
  shown.render({ model, el });
  return model;
}

/** The first control that takes the focus. */
const reachable = (root) => [...root.querySelectorAll("input, select, button, [tabindex]")].find((node) => node.checkVisibility());

function fill(box, title, place = "", code = "", ...notes) {
  box.replaceChildren(make("strong", { text: title }));
  if (place || code) box.append(make("p", {}, place ? `${place} ` : "", make("code", { text: code })));
  for (const note of notes) box.append(make("p", { text: note }));
}

const texts = new WeakMap();

/** A trait that may come as one text; each text is parsed once. */
export function read(model, name) {
  const value = model.get(name);
  if (typeof value !== "string") return value;
  const known = texts.get(model) ?? texts.set(model, {}).get(model);
  if (known[name]?.text !== value) known[name] = { text: value, value: JSON.parse(value) };
  return known[name].value;
}

/** Set traits and send them. */
export function set(model, traits) {
  for (const [name, value] of Object.entries(traits)) model.set(name, value);
  model.save_changes();
}

/** Listen to several traits; gives a function that stops listening. */
export function follow(model, names, action) {
  for (const name of names) model.on(`change:${name}`, action);
  return () => names.forEach((name) => model.off(`change:${name}`, action));
}

/** A polite voice for screen readers: says what changed, without moving the focus. */
export function voice(root) {
  const node = make("div", { class: "adl-voice", role: "status", "aria-live": "polite" });
  root.append(node);
  let waiting;
  const speak = (text) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => put(node, { text }), 250);
  };
  return speak;
}

/** A labelled control in a row of controls. */
export function field(label, control, ...more) {
  return make("label", { class: "adl-field" }, make("span", { class: "adl-label", text: label }), control, ...more);
}

/** A choice among [value, text] pairs. */
export function choice(label, pairs, value, act) {
  const select = make("select", { onchange: () => act(select.value) });
  for (const [key, text] of pairs) select.append(make("option", { value: key, text, selected: key === value }));
  select.value = value;
  return Object.assign(field(label, select), { input: select });
}

/** A field for a number: Enter or leaving it counts, if something was typed; what is no number is left alone. */
export function entry(kind, act) {
  const input = make("input", { type: "number", step: "any", class: kind });
  let typed = false;
  const take = () => {
    const given = typed && input.value.trim() !== "" && Number(input.value);
    typed = false;
    if (typeof given === "number" && Number.isFinite(given)) act(given);
  };
  input.addEventListener("input", () => (typed = true));
  input.addEventListener("change", take);
  input.addEventListener("keydown", (event) => event.key === "Enter" && take());
  input.show = (value) => {
    if (!typed) input.value = Number(Number(value).toPrecision(9));
  };
  return input;
}

/** A switch: on or off, said to screen readers as such. */
export function toggle(label, on, act) {
  const button = make("button", { class: "adl-switch", role: "switch", "aria-checked": String(on) });
  button.append(make("span", { class: "adl-knob" }), make("span", { class: "adl-name", text: label }));
  button.addEventListener("click", () => {
    const next = button.getAttribute("aria-checked") !== "true";
    put(button, { "aria-checked": String(next) });
    act(next);
  });
  return button;
}

/** A slider with its value beside it; `shown` writes a value, `act(value, released)` gets every move. */
export function slider(label, { min, max, step, value, shown = number }, act) {
  const input = make("input", { type: "range", min, max, step });
  input.value = value;
  const out = make("output", { class: "adl-number", text: shown(value) });
  const tell = () => put(out, { text: shown(Number(input.value)) }) && put(input, { "aria-valuetext": out.textContent });
  tell();
  input.addEventListener("input", () => (tell(), act(Number(input.value), false)));
  input.addEventListener("change", () => (tell(), act(Number(input.value), true)));
  const node = field(label, input, out);
  node.input = input;
  node.show = (next) => {
    if (Number(input.value) !== next) input.value = next;
    tell();
  };
  return node;
}

/** Round places for ticks, at most about `count` of them. */
export function ticks(low, high, count = 6) {
  const raw = (high - low) / Math.max(1, count);
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * size).find((s) => s >= raw) ?? raw;
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
  return found.map((v) => Number(v.toPrecision(12)));
}

let plots = 0;

/** A pair of axes in SVG, as wide as its place. The caller draws into `front` (clipped) and `over`. */
export class Plot {
  constructor({ title, height, x, y, draw, xText = number, yText = number, xTicks, yTicks }) {
    Object.assign(this, { height, x, y, draw, xText, yText, xTicks, yTicks });
    this.width = 0;
    this.clip = `adl-clip-${plots++}-${Math.floor(Math.random() * 1e9)}`;
    this.node = make("svg:svg", { class: "adl-plot", role: "group", "aria-label": title, height });
    this.grid = make("svg:g", { class: "adl-grid" });
    this.front = make("svg:g", { "clip-path": `url(#${this.clip})` });
    this.over = make("svg:g");
    this.window = make("svg:rect");
    this.node.append(
      make("svg:defs", {}, make("svg:clipPath", { id: this.clip }, this.window)),
      this.grid,
      this.front,
      this.over,
    );
    this.observer = new ResizeObserver(([entry]) => {
      const width = Math.round(entry.contentRect.width);
      if (width && width !== this.width) {
        this.width = width;
        this.redraw();
      }
    });
    this.observer.observe(this.node);
  }
  px(x) {
    return 52 + ((x - this.x[0]) / (this.x[1] - this.x[0])) * (this.width - 66);
  }
  py(y) {
    const bottom = this.height - 26;
    return bottom - ((y - this.y[0]) / (this.y[1] - this.y[0])) * (bottom - 10);
  }
  xAt(px) {
    return this.x[0] + ((px - 52) / (this.width - 66)) * (this.x[1] - this.x[0]);
  }
  redraw() {
    if (!this.width) return;
    const [left, right, top, bottom] = [52, this.width - 14, 10, this.height - 26];
    put(this.node, { viewBox: `0 0 ${this.width} ${this.height}` });
    put(this.window, { x: left, y: top, width: Math.max(0, right - left), height: bottom - top });
    this.grid.replaceChildren();
    const line = (x1, y1, x2, y2, zero) =>
      make("svg:line", { x1, y1, x2, y2, class: zero ? "adl-zero" : "adl-rule" });
    const xs = this.xTicks?.(this.width) ?? ticks(...this.x, Math.min(9, (this.width - 66) / 70));
    const ys = this.yTicks?.() ?? ticks(...this.y, Math.max(2, (this.height - 36) / 44));
    for (const x of xs) {
      const at = this.px(x).toFixed(1);
      this.grid.append(line(at, top, at, bottom, x === 0 && !this.xTicks));
      this.grid.append(make("svg:text", { x: at, y: bottom + 17, "text-anchor": "middle", text: this.xText(x) }));
    }
    for (const y of ys) {
      const at = this.py(y).toFixed(1);
      this.grid.append(line(left, at, right, at, y === 0 && !this.yTicks));
      this.grid.append(make("svg:text", { x: left - 7, y: Number(at) + 4, "text-anchor": "end", text: this.yText(y) }));
    }
    this.grid.append(
      make("svg:rect", { class: "adl-frame", x: left, y: top, width: Math.max(0, right - left), height: bottom - top }),
    );
    this.draw(this);
  }
  /** The path of a curve through the points; it breaks where a number is missing or `breaks` says so. */
  path(xs, ys, breaks = () => false) {
    let d = "";
    let open = false;
    const [low, high] = this.y;
    const far = 4 * (high - low);
    for (let i = 0; i < ys.length; i++) {
      const y = ys[i];
      if (!Number.isFinite(y) || (open && breaks(i))) open = false;
      if (!Number.isFinite(y)) continue;
      const near = Math.min(high + far, Math.max(low - far, y));
      d += `${open ? "L" : "M"}${this.px(xs[i]).toFixed(1)} ${this.py(near).toFixed(1)}`;
      open = true;
    }
    return d;
  }
  stop() {
    this.observer.disconnect();
  }
}
