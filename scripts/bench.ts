// `npm run bench -- NAME [--json] [flags]`: runs a benchmark. Progress goes to standard error, a table of the result to
// standard output; with --json the last line there is the result, a `BenchReport` of bench/report.ts.

import { type Bench, reportOf, tableOf } from "./bench/report.ts";

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  api: async () => (await import("./bench/api.ts")).benchApi,
  devnet: async () => (await import("./bench/devnet.ts")).benchDevnet,
  bridge: async () => (await import("./bench/bridge.ts")).benchBridge,
  cluster: async () => (await import("./bench/cluster.ts")).benchCluster,
  execute: async () => (await import("./bench/execute.ts")).benchExecute,
  "orders-create": async () => (await import("./bench/orders.ts")).benchOrdersCreate,
  "orders-mixed": async () => (await import("./bench/orders.ts")).benchOrdersMixed,
  "orders-pay": async () => (await import("./bench/orders.ts")).benchOrdersPay,
  "orders-update": async () => (await import("./bench/orders.ts")).benchOrdersUpdate,
  "orders-query": async () => (await import("./bench/orders.ts")).benchOrdersQuery,
  send: async () => (await import("./bench/send.ts")).benchSend,
  soak: async () => (await import("./bench/soak.ts")).benchSoak,
  store: async () => (await import("./bench/store.ts")).benchStore,
  writes: async () => (await import("./bench/writes.ts")).benchWrites,
};

/** Commands about benches; they give what is printed. */
const tools: Readonly<Record<string, () => Promise<(args: string[]) => Promise<string>>>> = {
  charts: async () => (await import("./bench/charts.ts")).charts,
  check: async () => (await import("./bench/checkSpeed.ts")).checkSpeed,
  compare: async () => (await import("./bench/compare.ts")).compare,
  growth: async () => (await import("./bench/growth.ts")).growth,
  headline: async () => (await import("./bench/headline.ts")).headline,
  sweep: async () => (await import("./bench/series.ts")).sweep,
};

/** Draws what a bench left in the folder of `--profile`. */
async function showProfiles(args: readonly string[]): Promise<void> {
  const folder = args[args.indexOf("--profile") + 1];
  if (!args.includes("--profile") || folder === undefined) return;
  const { drawProfiles } = await import("./bench/flameGraph.ts");
  console.error(drawProfiles(folder));
}

const JSON_FLAG = "--json";
const [name = "", ...args] = process.argv.slice(2);
const load = benches[name];
const tool = tools[name];
if (tool !== undefined) {
  console.log(await (await tool())(args));
} else if (load === undefined) {
  const names = [...Object.keys(benches), ...Object.keys(tools)].join(" | ");
  console.error(`usage: npm run bench -- <${names}> [--json] [flags]`);
  process.exitCode = 2;
} else {
  const bench = await load();
  const report = reportOf(name, await bench(args.filter((arg) => arg !== JSON_FLAG)));
  await showProfiles(args);
  console.log(args.includes(JSON_FLAG) ? JSON.stringify(report) : tableOf(report));
}
