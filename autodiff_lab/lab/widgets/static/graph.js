import { make, put } from "./shared.js";

// The styles of a run of text, as the scene measures them: size, weight, colour.
const STYLES = {
  op: [11, 400, "muted"], name: [14, 600, "text"], expr: [13, 400, "text"], value: [14, 600, "text"], soft: [11, 400, "muted"],
  grad: [12, 600, "grad"], label: [11.5, 400, "text"], warn: [11, 600, "warn"], frame: [11.5, 600, "muted"], tag: [10.5, 600, "order"],
};
const styleOf = (style) => STYLES[style] ?? STYLES.expr;
const heightOf = (runs) => Math.max(...runs.map(([, style]) => styleOf(style)[0])) * 1.36;

/** Lines of runs, centred on (0, 0), drawn anew only where they differ from what stands there. */
function write(group, lines) {
  const key = JSON.stringify(lines);
  if (group.adlKey === key) return;
  group.adlKey = key;
  let top = -lines.reduce((sum, runs) => sum + heightOf(runs), 0) / 2;
  lines.forEach((runs, k) => {
    const height = heightOf(runs);
    const size = Math.max(...runs.map(([, style]) => styleOf(style)[0]));
    const text = group.children[k] ?? group.appendChild(make("svg:text", { "text-anchor": "middle", "xml:space": "preserve" }));
    put(text, { y: (top + height / 2 + size * 0.36).toFixed(1) });
    runs.forEach(([words, style], i) => {
      const span = text.children[i] ?? text.appendChild(make("svg:tspan"));
      const [points, weight, colour] = styleOf(style);
      put(span, { class: `adl-f-${colour}`, "font-size": points, "font-weight": weight, text: words.replace(/-(?=\d)/g, "−") });
    });
    while (text.children.length > runs.length) text.lastChild.remove();
    top += height;
  });
  while (group.children.length > lines.length) group.lastChild.remove();
}

/** The outline of a box around (0, 0): the kind is told by the shape, and by the colour. */
function outline(kind, width, height, result) {
  const [w, h] = result ? [width - 8, height - 8] : [width, height];
  const box = (attributes) => make("svg:rect", { x: -w / 2, y: -h / 2, width: w, height: h, class: `adl-box adl-k-${kind}`, ...attributes });
  const parts = [make("svg:rect", { x: -w / 2, y: -h / 2, width: w, height: h, rx: kind === "leaf" ? Math.min(h / 2, 22) : 5, class: "adl-ground" })];
  if (kind === "leaf") parts.push(box({ rx: Math.min(h / 2, 22), "stroke-width": 2 }));
  else if (kind === "parameter") {
    const [a, b] = [w / 2, w / 2 - Math.min(12, h / 3)];
    const corners = [[-b, -h / 2], [b, -h / 2], [a, 0], [b, h / 2], [-b, h / 2], [-a, 0]];
    parts[0] = make("svg:polygon", { points: corners.join(" "), class: "adl-ground" });
    parts.push(make("svg:polygon", { points: corners.join(" "), class: `adl-box adl-k-${kind}`, "stroke-width": 2 }));
  } else if (kind === "constant" || kind === "detached")
    parts.push(box({ rx: kind === "constant" ? 4 : 12, "stroke-width": 1.3, "stroke-dasharray": "4 3" }));
  else if (kind === "region" || kind === "module") parts.push(make("svg:rect", { x: -w / 2, y: -h / 2, width: w, height: h, rx: 4, class: `adl-${kind}` }));
  else if (kind === "fold") parts.unshift(box({ rx: 5, transform: "translate(5 -5)" })), parts.push(box({ rx: 5, "stroke-width": 1.4 }));
  else parts.push(box({ rx: 5, "stroke-width": 1.3 }));
  if (result)
    parts.push(make("svg:rect", { x: -width / 2, y: -height / 2, width, height, rx: kind === "leaf" || kind === "parameter" ? 26 : 8, class: "adl-ring" }));
  return parts;
}

// how lines are drawn: width, dashes
const STROKES = { data: [1.5, null], constant: [1.2, "3 3"], cut: [1.5, "7 5"], write: [2.4, null], link: [1.2, "1.5 3"] };
const HEADS = { down: [0, 1], up: [0, -1], right: [1, 0], left: [-1, 0] };

function way(points, direction, head = "") {
  const shorter = points.map((point) => [...point]);
  const last = shorter[shorter.length - 1];
  const [dx, dy] = HEADS[head] ?? [0, 0];
  last[0] -= 6 * dx;
  last[1] -= 6 * dy;
  let d = `M${shorter[0]}`;
  for (let k = 1; k < shorter.length; k++) {
    const [[x0, y0], [x1, y1]] = [shorter[k - 1], shorter[k]];
    if (direction === "TB") d += Math.abs(x0 - x1) < 0.05 ? `L${x1} ${y1}` : `C${x0} ${(y0 + y1) / 2} ${x1} ${(y0 + y1) / 2} ${x1} ${y1}`;
    else d += Math.abs(y0 - y1) < 0.05 ? `L${x1} ${y1}` : `C${(x0 + x1) / 2} ${y0} ${(x0 + x1) / 2} ${y1} ${x1} ${y1}`;
  }
  return d;
}

/** Open scissors: where a line is cut. */
function scissors(x, y) {
  const ring = (cy) => make("svg:circle", { cx: -6.6, cy, r: 2.4 });
  return make(
    "svg:g", { class: "adl-scissors", transform: `translate(${x} ${y})` },
    make("svg:circle", { class: "adl-ground", r: 10 }), make("svg:path", { d: "M-5 3.1L7.5 -4M-5 -3.1L7.5 4" }), ring(5), ring(-5),
  );
}

/** The drawn graph. `show` takes a scene and changes what differs; `reveal` says how much of it is known yet. */
export class GraphView {
  constructor({ label, pick = null }) {
    Object.assign(this, { label, pick });
    this.boxes = new Map();
    this.lines = new Map();
    this.svg = make("svg:svg", { class: "adl-drawing", role: "group", "aria-label": label });
    this.edges = make("svg:g");
    this.labels = make("svg:g");
    this.nodes = make("svg:g");
    this.under = make("svg:g");
    this.over = make("svg:g");
    this.svg.append(this.under, this.edges, this.nodes, this.labels, this.over);
    this.frame = make("div", { class: "adl-frame-scroll" }, this.svg);
    this.key = make("div", { class: "adl-key adl-kinds" });
    this.node = make("div", { class: "adl-picture" }, this.frame, this.key);
    this.observer = new ResizeObserver(() => this.fit());
    this.observer.observe(this.frame);
    this.svg.addEventListener("keydown", (event) => this.walk(event));
  }

  show(scene) {
    this.scene = scene;
    const seen = new Set();
    for (const box of scene.boxes) {
      seen.add(box.id);
      let drawn = this.boxes.get(box.id);
      if (!drawn) {
        drawn = { group: make("svg:g", { class: "adl-node" }), shape: make("svg:g"), text: make("svg:g") };
        drawn.group.append(drawn.shape, drawn.text);
        this.nodes.append(drawn.group);
        this.boxes.set(box.id, drawn);
        if (this.pick) {
          put(drawn.group, { tabindex: 0, role: "button", "data-lm-suppress-shortcuts": "true" });
          drawn.group.addEventListener("click", () => this.pick(box.id));
          drawn.group.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            event.stopPropagation();
            this.pick(box.id);
          });
        } else put(drawn.group, { role: "img" });
      }
      drawn.box = box;
      put(drawn.group, { transform: `translate(${box.x} ${box.y})`, "aria-label": box.hint });
      const form = [box.kind, box.w, box.h, box.result].join();
      if (drawn.form !== form) {
        drawn.form = form;
        drawn.shape.replaceChildren(...outline(box.kind, box.w, box.h, box.result));
      }
    }
    for (const [id, drawn] of this.boxes) if (!seen.has(id)) drawn.group.remove(), this.boxes.delete(id);
    const there = new Set();
    scene.edges.forEach((edge, e) => {
      there.add(e);
      let drawn = this.lines.get(e);
      if (!drawn) {
        drawn = { path: make("svg:path", { fill: "none" }), head: make("svg:polygon"), label: make("svg:g"), ground: make("svg:rect", { class: "adl-ground", rx: 3 }), text: make("svg:g") };
        drawn.label.append(drawn.ground, drawn.text);
        drawn.group = make("svg:g", { class: "adl-edge" }, drawn.path, drawn.head);
        this.edges.append(drawn.group);
        this.labels.append(drawn.label);
        this.lines.set(e, drawn);
      }
      drawn.edge = edge;
      const [x, y] = edge.points[edge.points.length - 1];
      const [dx, dy] = HEADS[edge.head] ?? [0, 0];
      const head = [[x, y], [x - 8 * dx - 4 * dy, y - 8 * dy - 4 * dx], [x - 8 * dx + 4 * dy, y - 8 * dy + 4 * dx]];
      const [width, dashes] = STROKES[edge.kind !== "data" || edge.differentiable ? edge.kind : "constant"];
      put(drawn.path, { d: way(edge.points, scene.direction, edge.head), "stroke-dasharray": dashes, "stroke-width": width });
      put(drawn.head, { points: head.join(" ") });
      if (edge.label) {
        const [cx, cy, w, h] = edge.label;
        put(drawn.label, { transform: `translate(${cx} ${cy})` });
        put(drawn.ground, { x: -w / 2, y: -h / 2, width: w, height: h });
      }
      put(drawn.label, { display: edge.label ? null : "none" });
    });
    for (const [e, drawn] of this.lines) if (!there.has(e)) drawn.group.remove(), drawn.label.remove(), this.lines.delete(e);
    this.frames(scene);
    this.legend(scene.key);
    this.fit();
  }

  /** What belongs to no node and no edge: frames of modules, regions of no_grad, shared ways, where lines are cut. */
  frames({ frames, stubs, cuts, direction }) {
    const key = JSON.stringify([frames, stubs, cuts]);
    if (this.framesKey === key) return;
    this.framesKey = key;
    this.under.replaceChildren(
      ...frames.flatMap((f) => [
        make("svg:rect", { class: `adl-${f.kind}`, x: f.x, y: f.y, width: f.w, height: f.h, rx: 8 }),
        make("svg:text", { class: "adl-frame-title", x: f.at[0], y: f.at[1], text: f.title }),
      ]),
      ...stubs.map((points) => make("svg:g", { class: "adl-edge" }, make("svg:path", { fill: "none", "stroke-width": 1.5, d: way(points, direction) }))),
    );
    this.over.replaceChildren(
      ...cuts.map(([x, y]) => scissors(x, y)),
    );
  }

  legend(key) {
    const text = JSON.stringify(key);
    if (this.keyText === text) return;
    this.keyText = text;
    this.key.replaceChildren(
      ...key.map(([what, word]) => {
        const mark = make("svg:svg", { width: 30, height: 20, viewBox: "-15 -10 30 20", "aria-hidden": "true" });
        const sign = { local: "∂", arriving: "ḡ", flow: "↑" }[what];
        if (what === "cut" || what === "write" || what === "link") {
          const [width, dashes] = STROKES[what];
          mark.append(make("svg:g", { class: "adl-edge" }, make("svg:path", { d: "M-14 0H14", "stroke-width": width, "stroke-dasharray": dashes })));
          if (what === "cut") mark.append(scissors(0, 0));
        } else if (sign) mark.append(make("svg:text", { "text-anchor": "middle", y: 5, class: what === "flow" ? "adl-f-grad" : "adl-f-muted", "font-weight": 600, text: sign }));
        else mark.append(...outline(what === "result" ? "operation" : what, 26, 16, what === "result"));
        return make("span", {}, mark, make("span", { text: word }));
      }),
    );
  }

  /** As large as there is room for, but never so small that it cannot be read: then it is of a good size and scrolls. */
  fit() {
    if (!this.scene) return;
    const { width, height } = this.scene;
    const room = this.frame.clientWidth;
    const scale = !room ? 1 : room / width < 0.66 ? 0.72 : Math.min(1.15, room / width);
    put(this.svg, { viewBox: `0 0 ${width} ${height}`, width: (width * scale).toFixed(0), height: (height * scale).toFixed(0) });
    const scrolls = !this.pick && (this.frame.scrollWidth > this.frame.clientWidth || this.frame.scrollHeight > this.frame.clientHeight);
    put(this.frame, { tabindex: scrolls && 0, role: scrolls && "region", "aria-label": scrolls && this.label, "data-lm-suppress-shortcuts": scrolls && "true" });
  }

  /**
   * What is known yet: `values` (node numbers, or null for all), `grads` (node number → text, or null for what the scene
   * says), `edges` (edge numbers, or null for all); and what happens now: `node`, `source`, `edge`.
   */
  reveal({ values = null, grads = null, edges = null, node = null, source = null, edge = null, inputs = [] }) {
    for (const [id, drawn] of this.boxes) {
      const known = values === null || values.has(id) || drawn.box.free;
      const lines = drawn.box.lines.map((runs) => {
        if (runs[0][1] === "grad" || runs[0][0].startsWith("grad = ")) {
          if (grads === null) return runs;
          return grads.has(id) ? [[grads.get(id), "grad"]] : [["\u00a0", "soft"]];
        }
        return known ? runs : runs.map(([text, style]) => (style === "value" ? ["?", "soft"] : [text, style]));
      });
      write(drawn.text, lines);
      put(drawn.group, {
        class: ["adl-node", known ? "" : "adl-unknown", id === node ? "adl-now" : "", id === source ? "adl-receives" : "", inputs.includes(id) ? "adl-gives" : ""].filter(Boolean).join(" "),
      });
    }
    for (const [e, drawn] of this.lines) {
      const known = edges === null || edges.has(e);
      write(drawn.text, known ? drawn.edge.lines : []);
      put(drawn.ground, { visibility: known && drawn.edge.lines.length ? "visible" : "hidden" });
      put(drawn.group, { class: `adl-edge${e === edge ? " adl-flows" : ""}` });
      put(drawn.label, { class: e === edge ? "adl-flows" : null });
    }
  }

  mark(id) {
    for (const [other, drawn] of this.boxes) {
      drawn.group.classList.toggle("adl-picked", other === id);
      if (this.pick) put(drawn.group, { "aria-pressed": String(other === id) });
    }
  }

  /** Bring a node into sight, inside the picture's own frame only. */
  bring(id) {
    const box = this.boxes.get(id)?.box;
    if (!box) return;
    const scale = this.svg.clientWidth / this.scene.width;
    const [x, y] = [box.x * scale, box.y * scale];
    const { scrollLeft: left, scrollTop: top, clientWidth: w, clientHeight: h } = this.frame;
    if (x < left + 60 || x > left + w - 60) this.frame.scrollLeft = x - w / 2;
    if (y < top + 40 || y > top + h - 40) this.frame.scrollTop = y - h / 2;
  }

  /** Arrow keys go from node to node: to the nearest in that direction. */
  walk(event) {
    const [dx, dy] = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key] ?? [];
    if (dx === undefined || !this.pick) return;
    const here = [...this.boxes.values()].find((drawn) => drawn.group === document.activeElement)?.box;
    if (!here) return;
    event.preventDefault();
    event.stopPropagation();
    let best = null;
    let least = Infinity;
    for (const { box, group } of this.boxes.values()) {
      const along = (box.x - here.x) * dx + (box.y - here.y) * dy;
      const aside = Math.abs((box.x - here.x) * dy) + Math.abs((box.y - here.y) * dx);
      if (along > 1 && along + 2 * aside < least) [best, least] = [group, along + 2 * aside];
    }
    best?.focus();
  }

  stop() {
    this.observer.disconnect();
  }
}
