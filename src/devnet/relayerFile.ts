// The relayer's configuration as a file in the devnet's home, so that `statesetd doctor`, or a relayer of somebody's own,
// finds the chains and services of a devnet that runs. It goes when the devnet stops.

import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "smol-toml";
import type { ChainConfig, FinalityRule } from "../chains/chainConfig.ts";
import type { RelayerConfig } from "../relayer/config/relayerConfig.ts";

/** The file in a devnet's home. */
export function relayerFile(home: string): string {
  return join(home, "relayer.toml");
}

/** Writes the file; returns what removes it. `httpUrl`: where the relayer listens, undefined where none runs. */
export function writeRelayerFile(
  home: string,
  config: RelayerConfig,
  httpUrl: string | undefined,
): () => Promise<void> {
  const file = relayerFile(home);
  const port = httpUrl === undefined ? undefined : Number(new URL(httpUrl).port);
  const table = {
    journal: config.journal,
    stallAfterMs: config.stallAfterMs,
    http: port === undefined ? false : { port },
    chains: config.chains.map(chainTable),
    wallets: config.wallets.map(({ chain, key }) => ({ chain, key: `${key.kind}:${key.name}` })),
    attestation: config.attestation.map(({ name, url, requestsPerSecond }) => ({ name, url, requestsPerSecond })),
    routes: config.routes.map(({ from, to, attestation }) => ({ from, to, attestation, genericMessages: true })),
  };
  writeFileSync(file, `# Written by the devnet that runs here.\n${stringify(table)}`);
  return async () => rmSync(file, { force: true });
}

/** A chain as configuration files have it. */
function chainTable({ finality, startHeight, ...chain }: ChainConfig): object {
  const ruleOf = (rule: FinalityRule) => (rule.kind === "blocks" ? rule.blocks : rule.tag);
  return {
    ...chain,
    ...(startHeight === undefined ? {} : { startHeight: Number(startHeight) }),
    finality: { fast: ruleOf(finality.fast), standard: ruleOf(finality.standard) },
  };
}
