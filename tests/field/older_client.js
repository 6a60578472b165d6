// Reads {maxVersion, cards} as JSON, and prints a line for each thing in a card that a client of this version does not know.
// It shows only the fallback text of a card with a newer version. It passes over the property "style", which makes headings.
const adaptive = require("adaptivecards/dist/adaptivecards.js");

const { maxVersion, cards } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const known = adaptive.Version.parse(maxVersion, new adaptive.SerializationContext());
for (const [name, json] of Object.entries(cards)) {
  const context = new adaptive.SerializationContext(known);
  const card = new adaptive.AdaptiveCard();
  card.maxVersion = known;
  card.parse(json, context);
  if (card.shouldFallback()) console.log(`${name}: version ${json.version} falls back`);
  for (let i = 0; i < context.eventCount; i++) {
    const message = context.getEventAt(i).message;
    if (!message.startsWith('Property "style" ')) console.log(`${name}: ${message}`);
  }
}
