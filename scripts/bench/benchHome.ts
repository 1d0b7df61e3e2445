// The home of the node under test: keys, settings and a genesis with funded accounts. Servers but the RPC and the metrics are off.

import { mkdirSync } from "node:fs";
import { defaultAppState } from "../../app/genesis.ts";
import { generateNodeKey, writeNodeKey, writeValidatorKey } from "../../src/consensus/solo/nodeFiles.ts";
import { createGenesisDoc, type GenesisAccount } from "../../src/devnet/genesisFile.ts";
import { DEFAULT_NODE_CONFIG, homeFiles, writeJson } from "../../src/devnet/nodeConfig.ts";

/** Pays for 9,000 orders. */
const BALANCE_UUSDC = 10n ** 13n;

/** Writes the files of a home. */
export function writeBenchHome(options: {
  readonly home: string;
  readonly chainId: string;
  readonly blockIntervalMs: number;
  readonly addresses: readonly string[];
  /** Numbered behind the others. */
  readonly more?: readonly GenesisAccount[];
}): void {
  const files = homeFiles(options.home);
  mkdirSync(options.home, { recursive: true });
  const validatorKey = generateNodeKey();
  writeValidatorKey(files.validatorKey, validatorKey);
  writeNodeKey(files.nodeKey, generateNodeKey());
  writeBenchConfig(options.home, options.blockIntervalMs);
  const genesis = createGenesisDoc({
    chainId: options.chainId,
    timeNs: BigInt(Date.now()) * 1_000_000n,
    validators: [{ pubKey: validatorKey.pubKey, name: "bench" }],
    accounts: [
      ...options.addresses.map((address) => ({ address, coins: [{ denom: "uusdc", amount: BALANCE_UUSDC }] })),
      ...(options.more ?? []),
    ],
    appState: defaultAppState(),
  });
  writeJson(files.genesis, genesis);
}

/**
 * Writes the settings of a home: those of production, but for the time between blocks, ports that are free, servers that no
 * bench asks, and a log that says little.
 */
export function writeBenchConfig(home: string, blockIntervalMs: number): void {
  const off = { enabled: false };
  writeJson(homeFiles(home).config, {
    moniker: "bench",
    rpc: { port: 0 },
    grpc: off,
    rest: off,
    metrics: { port: 0 },
    consensus: { ...DEFAULT_NODE_CONFIG.consensus, blockIntervalMs },
    logLevel: "warn",
  });
}
