// The node under test of the send benchmark: an ordinary node (RPC only) over a genesis with the accounts it is told on
// standard input. Prints `listening <port>`.

import { mkdirSync } from "node:fs";
import { defaultAppState } from "../../app/genesis.ts";
import { generateNodeKey, writeNodeKey, writeValidatorKey } from "../../src/consensus/solo/nodeFiles.ts";
import { createGenesisDoc } from "../../src/devnet/genesisFile.ts";
import { createLogger } from "../../src/devnet/logger.ts";
import { startNode } from "../../src/devnet/node.ts";
import { DEFAULT_NODE_CONFIG, homeFiles } from "../../src/devnet/nodeConfig.ts";

interface Told {
  readonly home: string;
  readonly chainId: string;
  readonly blockIntervalMs: number;
  readonly addresses: readonly string[];
}

async function readStdin(): Promise<string> {
  let text = "";
  for await (const chunk of process.stdin) text += String(chunk);
  return text;
}

const told: Told = JSON.parse(await readStdin());
const files = homeFiles(told.home);
mkdirSync(told.home, { recursive: true });
const validatorKey = generateNodeKey();
writeValidatorKey(files.validatorKey, validatorKey);
writeNodeKey(files.nodeKey, generateNodeKey());
const off = { enabled: false, host: "127.0.0.1", port: 0 };
const running = await startNode({
  home: told.home,
  logger: createLogger("warn"),
  genesis: createGenesisDoc({
    chainId: told.chainId,
    timeNs: BigInt(Date.now()) * 1_000_000n,
    validatorPubKey: validatorKey.pubKey,
    validatorName: "bench",
    accounts: told.addresses.map((address) => ({ address, coins: [{ denom: "uusdc", amount: 10n ** 12n }] })),
    appState: defaultAppState(),
  }),
  config: {
    ...DEFAULT_NODE_CONFIG,
    rpc: { ...DEFAULT_NODE_CONFIG.rpc, port: 0 },
    grpc: off,
    rest: { ...off, corsOrigins: [] },
    metrics: off,
    consensus: { blockIntervalMs: told.blockIntervalMs, emptyBlockIntervalMs: 5000 },
  },
});
console.log(`listening ${running.rpcUrl?.split(":").at(-1)}`);
