import { choice, make, number, put, read, slider, still, toggle, voice } from "./shared.js";
import { GraphView } from "./graph.js";

const SPEEDS = [[0.5, "½×"], [1, "1×"], [2, "2×"], [4, "4×"]];

const mi = (text) => make("math:mi", { mathvariant: "normal", text });
const mo = (text) => make("math:mo", { text });
const row = (...parts) => make("math:mrow", {}, ...parts);
const partial = (of, by) => make("math:mfrac", {}, row(mo("∂"), mi(of)), row(mo("∂"), mi(by)));
const factor = (text) => (/^[-−]/.test(text) ? `(${text})` : text);
const minus = (text) => text.replaceAll("-", "−");

/**
 * Forward and backward, one operation at a time. Needs no kernel: the whole run is in the trait "run".
 * `at` counts the moves that are done; `turn(at)` is told of every change.
 */
export class Player {
  constructor({ model, say, root, pick = null, turn = () => {} }) {
    Object.assign(this, { model, say, turn });
    this.speak = voice(root);
    this.view = new GraphView({ label: say("graph"), pick });
    this.speed = 1;
    this.right = 0;
    this.asked = 0;
    const button = (key, act, more = {}) => make("button", { title: say(`hint.${key}`), onclick: act, ...more, text: say(key) });
    this.first = button("restart", () => this.go(0));
    this.back = button("back", () => this.go(this.at - 1));
    this.play = button("play", () => (this.timer ? this.pause() : this.start()));
    this.next = button("next", () => this.forward(), { class: "adl-main" });
    this.last = button("end", () => this.go(this.moves.length));
    this.bar = slider(say("move"), { min: 0, max: 1, step: 1, value: 0, shown: (k) => `${k} / ${this.moves?.length ?? 0}` }, (k) => this.go(k));
    this.bar.classList.add("adl-bar");
    this.pace = choice(say("speed"), SPEEDS.map(([value, text]) => [String(value), text]), "1", (value) => (this.speed = Number(value)));
    this.quiz = toggle(say("quiz"), false, (on) => this.quizzing(on));
    this.phase = make("p", { class: "adl-phase" });
    this.sum = make("div", { class: "adl-sum" });
    this.words = make("p", { class: "adl-sentence" });
    this.question = make("form", { class: "adl-question", hidden: true });
    this.controls = make("div", { class: "adl-row adl-player", role: "group", "aria-label": say("player") }, this.first, this.back, this.play, this.next, this.last);
    this.node = make(
      "section", { class: "adl-steps", "aria-label": say("player") },
      this.controls,
      make("div", { class: "adl-row" }, this.bar, this.pace, this.quiz),
      make("div", { class: "adl-card" }, this.phase, this.sum, this.words, this.question),
    );
    this.keys = (event) => this.key(event);
    root.addEventListener("keydown", this.keys);
  }

  /** The trait has a new run; whoever stood at its end stays at its end. */
  renew(start) {
    const run = read(this.model, "run");
    const atEnd = this.at === undefined ? start : this.at >= (this.moves?.length ?? 0);
    this.moves = run.moves ?? [];
    this.names = new Map(run.scene.boxes.map((box) => [box.id, box.name]));
    this.retains = new Set(run.scene.boxes.filter((box) => box.retains).map((box) => box.id));
    this.top = run.top;
    this.inputsOf = new Map();
    run.scene.edges.forEach((edge) => this.inputsOf.set(edge.target, [...(this.inputsOf.get(edge.target) ?? []), edge.source]));
    this.view.show(run.scene);
    put(this.bar.input, { max: this.moves.length });
    this.node.hidden = !this.moves.length;
    this.go(atEnd ? this.moves.length : Math.min(this.at ?? 0, this.moves.length), false);
  }

  go(at, aloud = true) {
    this.at = Math.max(0, Math.min(this.moves.length, at));
    this.question.hidden = true;
    this.draw();
    if (aloud) this.speak(this.words.textContent);
    this.turn(this.at);
  }

  /** One move ahead; in quiz mode the number is asked for first. */
  forward() {
    const move = this.moves[this.at];
    if (!move) return this.pause();
    if (this.asking && Number.isFinite(move.value) && move.ask !== false) return this.ask(move);
    this.go(this.at + 1);
    if (this.at >= this.moves.length) this.pause();
  }

  start() {
    if (this.at >= this.moves.length) this.go(0);
    put(this.play, { text: this.say("pause") });
    const tick = () => {
      this.forward();
      if (this.timer) this.timer = setTimeout(tick, 1400 / this.speed);
    };
    this.timer = setTimeout(tick, 10);
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = null;
    put(this.play, { text: this.say("play") });
  }

  key(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (["INPUT", "SELECT", "TEXTAREA"].includes(event.target.tagName) || event.target === this.view.frame) return;
    const act = {
      ArrowRight: () => this.forward(), ArrowLeft: () => this.go(this.at - 1), n: () => this.forward(), p: () => this.go(this.at - 1),
      Home: () => this.go(0), End: () => this.go(this.moves.length),
    }[event.key];
    if (!act || !this.moves.length) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  quizzing(on) {
    this.asking = on;
    this.right = this.asked = 0;
    this.question.hidden = true;
    if (on) {
      this.pause();
      if (this.at >= this.moves.length) this.go(0);
    }
    this.draw();
  }

  ask(move) {
    this.pause();
    const { say } = this;
    const name = this.names.get(move.source ?? move.node);
    const key = move.phase === "forward" ? (move.formula ? "ask.value" : "ask.given") : move.phase === "seed" ? "ask.seed" : move.adds ? "ask.sum" : move.phase === "leaf" ? "ask.leaf" : "ask.gradient";
    const input = make("input", { type: "text", inputmode: "decimal", class: "adl-answer", "aria-label": say("answer"), autocomplete: "off" });
    const verdict = make("p", { class: "adl-verdict", role: "status" });
    const check = make("button", { text: say("check"), class: "adl-main" });
    const reveal = make("button", { text: say("reveal"), onclick: () => this.answered(false) });
    this.question.replaceChildren(
      make("label", {}, make("span", { text: say(key, { name, formula: move.formula ?? "" }) }), input), check, reveal, verdict,
    );
    let tries = 0;
    const judge = (event) => {
      event?.preventDefault();
      const given = Number(input.value.trim().replace(",", ".").replace("−", "-"));
      if (input.value.trim() === "" || !Number.isFinite(given)) return put(verdict, { text: say("no.number") });
      tries += 1;
      const off = Math.abs(given - move.value);
      // as near as a number with two good digits
      if (off <= 0.006 * Math.max(Math.abs(move.value), 1e-9) || off < 1e-9) return this.answered(tries === 1);
      const opposite = Math.abs(given + move.value) <= 0.006 * Math.abs(move.value);
      put(verdict, { text: say(opposite ? "wrong.sign" : "wrong") });
      input.select();
    };
    check.addEventListener("click", judge);
    this.question.onsubmit = judge;
    input.addEventListener("keydown", (event) => event.key === "Enter" && judge(event));
    this.question.hidden = false;
    input.focus({ preventScroll: true });
  }

  answered(right) {
    this.asked += 1;
    this.right += right ? 1 : 0;
    this.go(this.at + 1);
    put(this.phase, { text: `${this.phase.textContent} · ${this.say("score", { right: this.right, asked: this.asked })}` });
    this.next.focus({ preventScroll: true });
  }

  /** The picture and the words after `at` moves. */
  draw() {
    const { moves, at, say } = this;
    const done = moves.slice(0, at);
    const move = moves[at - 1];
    const complete = at >= moves.length && !this.asking;
    const grads = new Map();
    for (const m of done)
      if (m.phase === "leaf") grads.set(m.node, `grad = ${m.total || "?"}`);
      else if (m.phase !== "forward") {
        const id = m.source ?? m.node;
        grads.set(id, `${this.retains.has(id) ? "grad" : say("adjoint")} = ${m.total || "?"}`);
      }
    const back = move && move.phase === "backward";
    this.view.reveal({
      values: moves.length ? new Set(done.filter((m) => m.phase === "forward").map((m) => m.node)) : null,
      grads: moves.length ? grads : null,
      edges: moves.length ? new Set(done.filter((m) => m.phase === "backward").map((m) => m.edge)) : null,
      node: complete || !move ? null : move.node,
      source: complete || !back ? null : move.source,
      edge: complete || !back ? null : move.edge,
      inputs: !complete && move?.phase === "forward" ? this.inputsOf.get(move.node) ?? [] : [],
    });
    if (move && !complete) this.view.bring(back ? move.source : move.node);
    this.bar.show(at);
    for (const [button, off] of [[this.first, at === 0], [this.back, at === 0], [this.next, at >= moves.length], [this.last, at >= moves.length]])
      put(button, { "aria-disabled": String(off) }); // and not disabled, which would take the focus away
    put(this.phase, { text: move ? say(move.phase === "forward" ? "phase.forward" : "phase.backward", { at, all: moves.length }) : say("phase.start", { all: moves.length }) });
    put(this.words, { text: move ? minus(move.sentence) : say("begin") });
    this.sum.replaceChildren(...(move ? this.equation(move) : []));
  }

  /** The move as an equation: the chain rule, its numbers, and the sum where paths meet. */
  equation(move) {
    const math = (...parts) => make("math:math", { display: "block" }, row(...parts));
    const name = (id) => this.names.get(id) ?? "?";
    const n = (text) => make("math:mn", { text: minus(text) });
    if (move.phase === "forward") {
      const parts = [mi(name(move.node)), mo("=")];
      if (move.formula && move.formula !== move.total) parts.push(mi(minus(move.formula)), mo("="));
      return [math(...parts, n(move.total || "?"))];
    }
    if (move.phase === "seed") return [math(partial(this.top, name(move.node)), mo("="), n(move.total))];
    if (move.phase === "leaf") return [math(mi(`${name(move.node)}.grad`), mo("="), n(move.total || "?"))];
    const [node, source] = [name(move.node), name(move.source)];
    const lines = [];
    if (move.local) {
      lines.push(math(partial(this.top, source), mo(move.adds ? "+=" : "="), partial(this.top, node), mo("·"), partial(node, source)));
      const shown = [n(move.arrives), mo("·"), mi(minus(factor(move.formula || move.local)))];
      if (move.formula && move.formula !== move.local) shown.push(mo("="), n(move.arrives), mo("·"), n(factor(move.local)));
      lines.push(math(...shown, mo("="), n(move.product)));
    } else lines.push(math(partial(this.top, source), mo(move.adds ? "+=" : "="), mi(move.formula || "?"), mo("="), n(move.product)));
    if (move.adds && move.before) lines.push(math(n(move.before), mo("+"), n(factor(move.product)), mo("="), n(move.total)));
    return lines;
  }

  stop() {
    this.pause();
    this.view.stop();
  }
}
