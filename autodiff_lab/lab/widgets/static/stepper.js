import { follow, make, read, set, widget } from "./shared.js";
import { Player } from "./player.js";

export default widget(({ model, root, say }) => {
  const player = new Player({ model, say, root, turn: (at) => at !== model.get("at") && set(model, { at }) });
  root.append(
    make("h3", { class: "adl-title", text: say("title", { name: read(model, "run").top }) }),
    make("div", { class: "adl-panels adl-stage" }, player.view.node, player.node),
  );
  player.at = model.get("at");
  player.moves = [null]; // not at an end yet
  if (player.at) player.moves = Array(player.at + 1).fill(null);
  player.renew(false);
  const stops = [
    follow(model, ["run"], () => player.renew(false)),
    follow(model, ["at"], () => model.get("at") !== player.at && player.go(model.get("at"))),
  ];
  return () => {
    stops.forEach((stop) => stop());
    player.stop();
  };
});
