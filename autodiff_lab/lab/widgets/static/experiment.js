import { follow, make, put, set, toggle, voice, widget } from "./shared.js";

// A few lines of Python with what each gave, facts about them, switches and buttons. All of it comes from the trait "seen".
export default widget(({ model, root, say }) => {
  const speak = voice(root);
  const title = make("h3", { class: "adl-title" });
  const switches = make("div", { class: "adl-row" });
  const buttons = make("div", { class: "adl-row adl-lines", role: "group", "aria-label": say("buttons") });
  const columns = make("div", { class: "adl-columns" });
  root.append(title, switches, buttons, columns);

  const press = (name) => set(model, { pressed: [...model.get("pressed"), name] });
  const controls = () => {
    const seen = model.get("seen");
    put(title, { text: seen.title });
    for (const [name, text] of seen.switches)
      switches.append(
        toggle(text, model.get("switched").includes(name), (on) => {
          const others = model.get("switched").filter((other) => other !== name);
          set(model, { switched: on ? [...others, name] : others });
        }),
      );
    for (const [name, line] of seen.buttons)
      buttons.append(make("button", { onclick: () => press(name) }, make("code", { text: line })));
    if (seen.buttons.length) {
      buttons.append(
        make("button", { class: "adl-undo", text: say("undo"), onclick: () => set(model, { pressed: model.get("pressed").slice(0, -1) }) }),
        make("button", { class: "adl-undo", text: say("restart"), onclick: () => set(model, { pressed: [] }) }),
      );
    }
    switches.hidden = !seen.switches.length;
    buttons.hidden = !seen.buttons.length;
  };

  const line = ({ code, changed, gives, error, note }) => {
    const row = make("li", { class: changed ? "adl-line adl-changed" : "adl-line" }, make("code", { text: code }));
    if (gives) row.append(make("span", { class: "adl-gives", text: gives.replaceAll("-", "−") }));
    if (error) row.append(make("p", { class: "adl-error" }, make("strong", { text: `${say("error")} ` }), error));
    if (note) row.append(make("p", { class: "adl-note", text: note }));
    return row;
  };
  const fact = ([label, value, tone]) =>
    make(
      "div", { class: `adl-fact adl-tone-${tone}` },
      make("b", { text: label }),
      make("output", { text: tone === "warn" ? `⚠ ${value}` : tone === "good" ? `✓ ${value}` : value.replaceAll("-", "−") }),
    );

  const draw = (aloud) => {
    const seen = model.get("seen");
    columns.replaceChildren(
      ...seen.columns.map((column) =>
        make(
          "section", { class: "adl-column" },
          column.title ? make("h4", { class: "adl-panel-title", text: column.title }) : null,
          make("ol", { class: "adl-code" }, ...column.lines.map(line)),
          make("div", { class: "adl-facts" }, ...column.facts.map(fact)),
        ),
      ),
    );
    const none = String(!model.get("pressed").length);
    for (const button of buttons.querySelectorAll(".adl-undo")) put(button, { "aria-disabled": none });
    if (!aloud) return;
    const column = seen.columns.at(-1);
    const last = column.lines.at(-1);
    speak([last.code, last.gives ?? last.error ?? "", ...column.facts.map(([label, value]) => `${label}: ${value}`)].join(". "));
  };
  controls();
  draw(false);
  return follow(model, ["seen"], () => draw(true));
});
