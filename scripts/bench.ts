// `npm run bench -- <name> [flags]`: runs a benchmark. Progress goes to standard error, the result as JSON to standard output.

type Bench = (args: string[]) => Promise<Record<string, unknown>>;

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  api: async () => (await import("./bench/api.ts")).benchApi,
  devnet: async () => (await import("./bench/devnet.ts")).benchDevnet,
  bridge: async () => (await import("./bench/bridge.ts")).benchBridge,
  cluster: async () => (await import("./bench/cluster.ts")).benchCluster,
  execute: async () => (await import("./bench/execute.ts")).benchExecute,
  "orders-create": async () => (await import("./bench/orders.ts")).benchOrdersCreate,
  "orders-pay": async () => (await import("./bench/orders.ts")).benchOrdersPay,
  "orders-update": async () => (await import("./bench/orders.ts")).benchOrdersUpdate,
  "orders-query": async () => (await import("./bench/orders.ts")).benchOrdersQuery,
  send: async () => (await import("./bench/send.ts")).benchSend,
  store: async () => (await import("./bench/store.ts")).benchStore,
  writes: async () => (await import("./bench/writes.ts")).benchWrites,
};

const [name = "", ...args] = process.argv.slice(2);
const load = benches[name];
if (load === undefined) {
  console.error(`usage: npm run bench -- <${Object.keys(benches).join(" | ")}> [flags]`);
  process.exitCode = 2;
} else {
  const bench = await load();
  console.log(JSON.stringify(await bench(args), undefined, 2));
}
