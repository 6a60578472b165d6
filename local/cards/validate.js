// Reads {name: card} as JSON from standard input, and prints a line for each thing that the official renderer finds wrong.
// The argument is the version that the client knows; if it is empty, the client knows each card's own version.
// Parsing needs no browser. The package's ES module fails in Node, so its bundle is taken.
const adaptive = require("adaptivecards/dist/adaptivecards.js");

const cards = JSON.parse(require("fs").readFileSync(0, "utf8"));
const say = (name, problem) => console.log(`${name}: ${problem}`);

// A client that knows less than version 1.5 shows the title without being told that it is a heading.
const passedOver = (event) => event.source instanceof adaptive.TextBlock && event.message.startsWith('Property "style"');

for (const [name, json] of Object.entries(cards)) {
  const known = adaptive.Version.parse(process.argv[2] || json.version, new adaptive.SerializationContext());
  const card = new adaptive.AdaptiveCard();
  const context = new adaptive.SerializationContext(known);
  card.maxVersion = known;
  card.parse(json, context);
  if (card.shouldFallback()) say(name, `falls back: it needs version ${json.version}, the client knows ${known}`);
  for (let i = 0; i < context.eventCount; i++) if (!passedOver(context.getEventAt(i))) say(name, context.getEventAt(i).message);
  for (const failure of card.validateProperties().validationEvents) say(name, failure.message);
}
