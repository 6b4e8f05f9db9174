import { follow, make, number, put, set, slider, voice, widget } from "./shared.js";

// Two tables side by side. Reverse mode first fills the primal column, then goes from the bottom up; `at` counts its steps,
// and forward mode keeps pace until it is done. Tables of a function that was mended take the place of the old ones.
export default widget(({ model, root, say }) => {
  const speak = voice(root);
  const panels = make("div", { class: "adl-panels", hidden: true }); // before which an error is told
  let [shown, stage, stop] = [null, make("div"), () => {}];
  root.append(make("h3", { class: "adl-title", text: say("title") }), panels, stage);
  const renew = () => {
    if (model.get("tables") === shown || !model.get("tables").forward) return;
    shown = model.get("tables");
    stop();
    const next = make("div");
    stop = play({ model, root: next, say, speak });
    stage.replaceWith(next);
    stage = next;
  };
  renew();
  const ceases = follow(model, ["tables", "fault"], renew);
  return () => {
    ceases();
    stop();
  };
});

function play({ model, root, say, speak }) {
  const { forward, reverse, operations, inputs } = model.get("tables");
  const primal = reverse.rows.length;
  const steps = primal + reverse.order.length;
  let timer = null;

  const minus = (text) => text.replaceAll("-", "−");
  const written = ({ name, formula, adds }) => `${name} ${adds ? "+=" : "="} ${formula}`;
  const cells = (...texts) => texts.map((text, k) => (k % 2 ? make("td", { class: "adl-num" }, make("span", { text })) : make("td", { text })));
  const table = (title, heads, rows) =>
    make(
      "section", { class: "adl-column" },
      make("h4", { class: "adl-panel-title", text: title }),
      make(
        "div", { class: "adl-table-scroll", tabindex: 0, role: "region", "aria-label": title },
        make("table", { class: "adl-table" }, make("thead", {}, make("tr", {}, ...heads.map((text, k) => make("th", { scope: "col", class: k % 2 ? "adl-num" : "", text })))), make("tbody", {}, ...rows)),
      ),
    );

  const left = forward.rows.map((row) => make("tr", {}, ...cells(written(row.primal), minus(row.primal.value), written(row), minus(row.value))));
  const right = []; // [line, row, place among its adjoints]
  reverse.rows.forEach((row, k) => {
    const beside = [...row.beside].reverse();
    for (let j = 0; j < Math.max(1, beside.length); j++) {
      const own = j ? ["", ""] : [written(row.primal), minus(row.primal.value)];
      const step = beside[j];
      right.push({ node: make("tr", {}, ...cells(...own, step ? written(step) : "", step ? minus(step.value) : "")), row: k, place: beside.length - 1 - j, first: !j });
    }
  });

  const heads = (mode) => [say("primal"), say("value"), say(mode), say("value")];
  const button = (key, act, more = {}) => make("button", { onclick: act, text: say(key), ...more });
  const go = (at) => set(model, { at: Math.max(0, Math.min(steps, at)) });
  const first = button("restart", () => go(0));
  const back = button("back", () => go(model.get("at") - 1));
  const player = button("play", () => (timer ? pause() : start()));
  const next = button("next", () => go(model.get("at") + 1), { class: "adl-main" });
  const last = button("end", () => go(steps));
  const bar = slider(say("step"), { min: 0, max: steps, step: 1, value: 0, shown: (k) => `${k} / ${steps}` }, (k) => go(k));
  bar.classList.add("adl-bar");
  const says = make("p", { class: "adl-says" });

  const pause = () => {
    clearTimeout(timer);
    timer = null;
    put(player, { text: say("play") });
  };
  const start = () => {
    if (model.get("at") >= steps) go(0);
    put(player, { text: say("pause") });
    const tick = () => {
      go(model.get("at") + 1);
      if (model.get("at") >= steps) pause();
      else timer = setTimeout(tick, 900);
    };
    timer = setTimeout(tick, 300);
  };

  const counts = { n: inputs, m: 1 };
  const cost = make("div", { class: "adl-facts" });
  const fact = (label, value) => make("div", { class: "adl-fact" }, make("b", { text: label }), make("output", { text: value }));
  const price = (aloud = true) => {
    cost.replaceChildren(
      fact(say("cost.forward"), say("cost.passes", { passes: counts.n, operations: number(counts.n * operations, 6) })),
      fact(say("cost.reverse"), say("cost.passes", { passes: counts.m, operations: number(counts.m * operations, 6) })),
    );
    if (aloud) speak([...cost.children].map((node) => `${node.firstChild.textContent}: ${node.lastChild.textContent}`).join(". "));
  };
  const places = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000, 10000, 100000, 1000000];
  const many = (label, key) =>
    slider(label, { min: 0, max: places.length - 1, step: 1, value: Math.max(0, places.indexOf(counts[key])), shown: (k) => String(places[k]) }, (k) => {
      counts[key] = places[k];
      price();
    });

  const draw = (aloud) => {
    const at = model.get("at");
    left.forEach((node, k) => {
      node.className = k < at ? (k === at - 1 ? "adl-row-now" : "") : "adl-row-later";
      node.cells[2].classList.toggle("adl-cell-later", k >= at);
    });
    const back_ = Math.max(0, at - primal);
    const done = new Set(reverse.order.slice(0, back_).map(String));
    const now = back_ ? String(reverse.order[back_ - 1]) : "";
    for (const { node, row, place, first: own } of right) {
      const key = String([row, place]);
      node.cells[0].classList.toggle("adl-cell-later", own && row >= at);
      node.cells[1].classList.toggle("adl-cell-later", own && row >= at);
      node.cells[2].classList.toggle("adl-cell-later", !done.has(key));
      node.cells[3].classList.toggle("adl-cell-later", !done.has(key));
      node.className = key === now || (own && !back_ && row === at - 1) ? "adl-row-now" : "";
    }
    bar.show(at);
    for (const [control, off] of [[first, at === 0], [back, at === 0], [next, at >= steps], [last, at >= steps]]) put(control, { "aria-disabled": String(off) });
    let text = say("begin");
    if (at && at <= primal) {
      const row = forward.rows[at - 1];
      text = say("says.forward", { primal: `${written(row.primal)} = ${minus(row.primal.value)}`, tangent: `${written(row)} = ${minus(row.value)}` });
    } else if (back_) {
      const [k, j] = reverse.order[back_ - 1];
      const step = reverse.rows[k].beside[j];
      text = say(step.adds ? "says.sum" : "says.reverse", { adjoint: `${written(step)}`, value: minus(step.value) });
    }
    put(says, { text });
    if (aloud) speak(text);
  };

  root.append(
    make("div", { class: "adl-row adl-player", role: "group", "aria-label": say("player") }, first, back, player, next, last),
    make("div", { class: "adl-row" }, bar),
    make("div", { class: "adl-columns adl-tables" }, table(say("mode.forward"), heads("forward"), left), table(say("mode.reverse"), heads("reverse"), right.map(({ node }) => node))),
    says,
    make("h4", { class: "adl-panel-title", text: say("cost", { operations }) }),
    make("div", { class: "adl-row" }, many(say("cost.inputs"), "n"), many(say("cost.outputs"), "m")),
    cost,
  );
  price(false);
  draw(false);
  const keys = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || ["INPUT", "SELECT"].includes(event.target.tagName)) return;
    if (event.target.scrollWidth > event.target.clientWidth) return; // a table that scrolls has the arrows for itself
    const to = { ArrowRight: model.get("at") + 1, ArrowLeft: model.get("at") - 1, Home: 0, End: steps }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    go(to);
  };
  root.addEventListener("keydown", keys);
  const stop = follow(model, ["at"], () => draw(true));
  return () => {
    stop();
    pause();
  };
}
