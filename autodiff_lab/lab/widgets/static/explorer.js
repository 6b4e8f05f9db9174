import { entry, follow, make, put, read, set, toggle, widget } from "./shared.js";
import { Player } from "./player.js";

export default widget(({ model, root, say }) => {
  const live = !model.alone && !model.get("fixed");
  let picked = null;
  const player = new Player({ model, say, root, pick: (id) => pick(id) });
  const rows = new Map();
  const inputs = make("div", { class: "adl-inputs", role: "group", "aria-label": say("inputs") });
  if (live) for (const input of model.get("inputs")) inputs.append(control(input));
  const off = toggle(say("no_grad"), model.get("no_grad"), (on) => set(model, { no_grad: on }));
  const inspector = make("section", { class: "adl-inspector", "aria-label": say("inspector") });
  const stage = make("div", { class: "adl-panels adl-stage", hidden: true }, player.view.node, make("div", {}, inspector, player.node));
  root.append(
    make("h3", { class: "adl-title", text: model.get("fixed") ? say("title.tensor", { name: read(model, "run").top ?? "" }) : say("title", { name: model.get("name") }) }),
    ...(live ? [inputs, make("div", { class: "adl-row" }, off)] : []),
    stage,
  );

  /** One input: its name, a slider and a field, and whether it requires grad. */
  function control(input) {
    const { name, kind } = input;
    const row = make("div", { class: "adl-input", role: "group", "aria-label": name }, make("code", { class: "adl-input-name", text: name }));
    const parts = {};
    const send = (value) => set(model, { values: { ...model.get("values"), [name]: value } });
    if (kind === "bool") {
      parts.flag = toggle("True / False", input.value, send);
      row.append(parts.flag);
    } else if (kind === "leaf" || kind === "int") {
      const tidy = (value) => (kind === "int" ? Math.round(value) : Number(value.toPrecision(12)));
      parts.range = make("input", { type: "range", min: input.low, max: input.high, step: input.step, "aria-label": say("value.of", { name }) });
      parts.field = entry("adl-value", (value) => send(tidy(value)));
      put(parts.field, { "aria-label": say("value.of", { name }), step: kind === "int" ? 1 : "any" });
      parts.range.addEventListener("input", () => {
        parts.field.show(tidy(Number(parts.range.value)));
        send(tidy(Number(parts.range.value)));
      });
      row.append(parts.range, parts.field);
    } else row.append(make("span", { class: "adl-label", text: kind === "tensor" ? say("tensor", { shape: input.shape }) : say("other") }));
    if (kind === "leaf" || kind === "tensor") {
      parts.grad = toggle("requires_grad", input.grad, (on) => set(model, { requires: { ...model.get("requires"), [name]: on } }));
      row.append(parts.grad);
    }
    rows.set(name, parts);
    return row;
  }
  function follows() {
    const [values, requires] = [model.get("values"), model.get("requires")];
    for (const [name, { range, field, flag, grad }] of rows) {
      if (range && Number(range.value) !== values[name]) range.value = values[name];
      field?.show(Number(Number(values[name]).toPrecision(7)));
      if (flag) put(flag, { "aria-checked": String(Boolean(values[name])) });
      if (grad) put(grad, { "aria-checked": String(Boolean(requires[name])) });
    }
    put(off, { "aria-checked": String(model.get("no_grad")) });
  }

  function pick(id) {
    picked = picked === id ? null : id;
    inspect();
    if (picked !== null) player.speak([...inspector.querySelectorAll("h4, li")].map((line) => line.textContent).join(". "));
    else player.view.boxes.get(id)?.group.focus({ preventScroll: true });
  }
  /** The result and the inputs' gradients, in words. */
  function outcome() {
    const text = (runs) => runs.map(([words]) => words).join("");
    const lines = read(model, "run").scene.boxes.find((box) => box.result)?.lines ?? [];
    const value = lines.filter(([[, style]]) => style !== "op" && style !== "grad").map(text);
    const grads = player.moves.filter((move) => move.phase === "leaf").map((move) => `${player.names.get(move.node)}.grad = ${move.total}`);
    return [value.join(" "), ...grads].join("; ").replaceAll("-", "−");
  }
  /** What is known of the picked node, and what can be done to it. */
  function inspect() {
    const box = read(model, "run").scene?.boxes.find((b) => b.id === picked);
    player.view.mark(box ? picked : null);
    if (!box) {
      inspector.replaceChildren(make("p", { class: "adl-hint", text: say("pick") }));
      return;
    }
    const facts = make("ul", { class: "adl-facts-list" });
    for (const line of box.hint.split("\n").slice(1)) facts.append(make("li", { text: line.replaceAll("-", "−").replace("requires_grad=", "requires_grad = ") }));
    for (const edge of read(model, "run").scene.edges.filter((e) => e.target === picked && (e.formula || e.local))) {
      const source = player.names.get(edge.source);
      const local = edge.local && edge.local !== edge.formula ? ` = ${edge.local}` : "";
      facts.append(make("li", { text: `∂${box.name}/∂${source} = ${edge.formula || edge.local}${edge.formula ? local : ""}`.replaceAll("-", "−") }));
    }
    const switches = make("div", { class: "adl-row" });
    if (live && box.place >= 0 && !model.get("no_grad"))
      for (const [trait, words] of [["detached", "detach"], ["unrecorded", "unrecorded"], ["retained", "retain"]]) {
        const has = model.get(trait).includes(box.place);
        const button = toggle(say(words), has, (on) =>
          set(model, { [trait]: on ? [...model.get(trait), box.place] : model.get(trait).filter((k) => k !== box.place) }),
        );
        put(button, { "data-switch": trait });
        switches.append(button);
      }
    const focused = document.activeElement?.dataset?.switch;
    const close = make("button", { text: say("close"), onclick: () => pick(picked) });
    inspector.replaceChildren(
      make("div", { class: "adl-inspector-head" }, make("h4", { class: "adl-panel-title", text: box.hint.split("\n")[0] }), close),
      facts, switches,
    );
    if (focused) inspector.querySelector(`[data-switch="${focused}"]`)?.focus({ preventScroll: true });
  }

  const renew = (aloud) => {
    if (!read(model, "run").scene) return;
    stage.hidden = false;
    player.renew(true);
    inspect();
    if (aloud) player.speak(outcome());
  };
  player.at = Infinity;
  player.moves = [];
  renew(false);
  follows();
  const stops = [follow(model, ["run"], () => renew(true)), follow(model, ["values", "requires", "no_grad"], follows)];
  return () => {
    stops.forEach((stop) => stop());
    player.stop();
  };
});
