// One life of a relayer that will be killed. Started by relayer.test.ts as its own process.
//
//   in:  a file with the configuration, the keys in hex by chain, and the change of the journal at which it dies, if any
//   out: `ready` when it runs, `idle` each time when nothing is on its way

import { readFileSync, writeSync } from "node:fs";
import { fromHex } from "../../src/codec/bytes.ts";
import { parseRelayerConfig } from "../../src/relayer/config/parseRelayerConfig.ts";
import type { JournalChange } from "../../src/relayer/journal/journal.ts";
import { startRelayer } from "../../src/relayer/relayer.ts";

/** What the parent says. */
export interface RunnerInput {
  readonly config: object;
  readonly privKeys: Readonly<Record<string, string>>;
  /** A state of a message, `settled` for a transaction, `cursor`, or `reported`; and how many come before. */
  readonly dieAt?: { readonly step: string; readonly after: number } | undefined;
}

const IDLE_INTERVAL_MS = 30;

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

function stepsOf({ records = [], settled = [], cursor }: JournalChange): string[] {
  return [
    ...records.map(({ state, refund }) => (refund?.reported === undefined ? state : "reported")),
    ...settled.map(() => "settled"),
    ...(cursor === undefined ? [] : ["cursor"]),
  ];
}

const { config, privKeys, dieAt } = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as RunnerInput;
let passed = 0;
const relayer = await startRelayer(parseRelayerConfig(config), {
  privKeys: new Map(Object.entries(privKeys).map(([chain, hex]) => [chain, fromHex(hex)])),
  onDurable: (change) => {
    if (dieAt === undefined || !stepsOf(change).includes(dieAt.step)) return;
    passed += 1;
    if (passed > dieAt.after) process.kill(process.pid, "SIGKILL");
  },
});
say("ready");
setInterval(() => {
  if (relayer.openCount === 0) say("idle");
}, IDLE_INTERVAL_MS);
