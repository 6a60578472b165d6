// Reads {tables, queries} as JSON from standard input, and prints {query: {problems, columns}}.
// The library is a bundle for browsers, which expects to be loaded as a script.
const fs = require("fs");
const vm = require("vm");

for (const part of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
  const path = require.resolve(`@kusto/language-service-next/${part}`);
  vm.runInThisContext(fs.readFileSync(path, "utf8"), path);
}
const { GlobalState, KustoCode, Symbols } = Kusto.Language;
const list = (found, member) => Array.from({ length: found.Count }, (_, index) => found.getItem(index)[member]);

const { tables, queries } = JSON.parse(fs.readFileSync(0, "utf8"));
const known = Object.entries(tables).map(([name, columns]) => Symbols.TableSymbol.From(`(${columns})`).WithName(name));
const workspace = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("workspace", known));
const bound = Object.entries(queries).map(([name, query]) => {
  const code = KustoCode.ParseAndAnalyze(query, workspace);
  const columns = code.ResultType && code.ResultType.Columns ? list(code.ResultType.Columns, "Name") : [];
  return [name, { problems: list(code.GetDiagnostics(), "Message"), columns }];
});
console.log(JSON.stringify(Object.fromEntries(bound)));
