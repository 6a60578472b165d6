// Reads {maxVersion, cards} as JSON, and prints a line for each card that such a client replaces by its fallback text.
const adaptive = require("adaptivecards/dist/adaptivecards.js");

const { maxVersion, cards } = JSON.parse(require("fs").readFileSync(0, "utf8"));
for (const [name, json] of Object.entries(cards)) {
  const context = new adaptive.SerializationContext(adaptive.Version.parse(maxVersion, new adaptive.SerializationContext()));
  const card = new adaptive.AdaptiveCard();
  card.parse(json, context);
  if (card.shouldFallback()) console.log(`${name}: version ${json.version} falls back`);
  for (let i = 0; i < context.eventCount; i++) {
    const message = context.getEventAt(i).message;
    if (!/"style" is supported in version 1\.5/.test(message)) console.log(`${name}: ${message}`);
  }
}
