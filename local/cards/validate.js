// Reads {name: card} as JSON from standard input, and prints a line for each thing that the official renderer finds wrong.
// Parsing needs no browser. The package's ES module fails in Node, so its bundle is taken.
const adaptive = require("adaptivecards/dist/adaptivecards.js");

const cards = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const [name, json] of Object.entries(cards)) {
  const card = new adaptive.AdaptiveCard();
  const context = new adaptive.SerializationContext();
  card.parse(json, context);
  for (let i = 0; i < context.eventCount; i++) console.log(`${name}: ${context.getEventAt(i).message}`);
  for (const failure of card.validateProperties().validationEvents) console.log(`${name}: ${failure.message}`);
}
