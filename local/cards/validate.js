// Reads {name: card} as JSON from standard input, and prints a line for each thing that the official renderer finds wrong.
// The argument is the version that the client knows; if it is empty, the client knows each card's own version.
// Parsing needs no browser. The package's ES module fails in Node, so its bundle is taken.
const adaptive = require("adaptivecards/dist/adaptivecards.js");

const cards = JSON.parse(require("fs").readFileSync(0, "utf8"));
const say = (name, problem) => console.log(`${name}: ${problem}`);

// Clients below version 1.5 show the title as text that is not a heading.
const passedOver = (event) => event.source instanceof adaptive.TextBlock && event.message.startsWith('Property "style"');

for (const [name, json] of Object.entries(cards)) {
  const known = adaptive.Version.parse(process.argv[2] || json.version, new adaptive.SerializationContext());
  const card = new adaptive.AdaptiveCard();
  const context = new adaptive.SerializationContext(known);
  card.maxVersion = known;
  card.parse(json, context);
  const events = Array.from({ length: context.eventCount }, (_, i) => context.getEventAt(i)).filter((event) => !passedOver(event));
  for (const event of events) say(name, event.message);
  if (card.shouldFallback() && !events.length) say(name, "The client shows only the fallback text.");
  for (const failure of card.validateProperties().validationEvents) say(name, failure.message);
}
