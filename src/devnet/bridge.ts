// What runs between the chains of a devnet: an attester that vouches for all of them, and a relayer for every route. Both
// run in the devnet's process; as commands (`statesetd attester`, `statesetd relayer`) they are processes of their own.

import { join } from "node:path";
import { type RunningAttester, startAttester } from "../attester/attester.ts";
import type { ChainConfig, CosmosChainConfig } from "../chains/chainConfig.ts";
import type { RelayerConfig, RouteConfig, WalletConfig } from "../relayer/config/relayerConfig.ts";
import { type RunningRelayer, startRelayer } from "../relayer/relayer.ts";
import { ATTESTER_KEYS, RELAYER_KEY } from "./bridgeKeys.ts";
import { LOCAL_DOMAIN } from "./bridgePlan.ts";
import type { Closers } from "./closers.ts";
import type { Devnet } from "./devnet.ts";
import type { LocalEvmChain } from "./evm/evmChain.ts";
import type { Logger } from "./logger.ts";
import { writeRelayerFile } from "./relayerFile.ts";

/** Where the parts listen when they do not take free ports. */
const ATTESTER_PORT = 4600;
const RELAYER_PORT = 4601;
const ATTESTER_ADMIN_PORT = 4602;

/** Our chain among the chains of the bridge. */
const OUR_NAME = "stateset";
const LOOPBACK = "127.0.0.1";
/** New blocks are told over the WebSocket; polls are for when it has nothing to say, and cost CPU. */
const POLL_INTERVAL_MS = 1000;
/** A devnet is looked at, so it answers soon. */
const RELAYER_INTERVAL_MS = 50;
const ATTESTATION_POLL_MS = { firstMs: 50, factor: 1.5, maxMs: 500 };
const REFUSED_MS = { firstMs: 250, factor: 2, maxMs: 10_000 };
const REQUESTS_PER_SECOND = 2_000;
const BLOCKED_MS = 1_000;
const DAY_MS = 86_400_000;
const ALWAYS_DAYS = 36_500;

/** What the bridge is started with. */
export interface BridgeOptions {
  readonly home: string;
  readonly chain: Devnet;
  readonly evm: readonly LocalEvmChain[];
  readonly ports: "free" | "known";
  /** Run the relayer; without it messages are attested, and somebody else delivers them. */
  readonly withRelayer: boolean;
  readonly logger: Logger;
}

/** The bridge of a devnet. */
export interface Bridge {
  readonly attester: RunningAttester;
  /** Undefined where messages are delivered by somebody else. */
  readonly relayer: RunningRelayer | undefined;
}

/** Our chain as the bridge reads it. */
function ourChain({ chainId, rpcUrl }: Devnet): CosmosChainConfig {
  return {
    kind: "cosmos",
    name: OUR_NAME,
    domain: LOCAL_DOMAIN,
    chainId,
    rpcUrls: [rpcUrl],
    wsUrl: `${rpcUrl.replace(/^http/, "ws")}/websocket`,
    pollIntervalMs: POLL_INTERVAL_MS,
    // A block of our chain is final when it is there.
    finality: { fast: { kind: "blocks", blocks: 0 }, standard: { kind: "blocks", blocks: 0 } },
    startHeight: 1n,
    bech32Prefix: "stateset",
    denom: "uusdc",
    gasPrice: "0.025uusdc",
    hasV2: true,
  };
}

/** Starts attester and relayer. What has been started is closed with `closers`, also when something rejects. */
export async function startBridge(options: BridgeOptions, closers: Closers): Promise<Bridge> {
  const chains = [ourChain(options.chain), ...options.evm.map(({ config }) => config)];
  const port = (known: number) => (options.ports === "known" ? known : 0);
  const keys = { privKeys: ATTESTER_KEYS.map(({ privKey }) => privKey), threshold: ATTESTER_KEYS.length };
  const attester = await startAttester({
    home: options.home,
    chains,
    keys: { v1: keys, v2: keys, rotationSeed: "stateset devnet" },
    http: { port: port(ATTESTER_PORT) },
    admin: { port: port(ATTESTER_ADMIN_PORT) },
    logger: options.logger.child({ part: "attester" }),
  });
  closers.add(() => attester.close());
  const config = relayerConfig(options, { chains, attesterUrl: attester.url, port: port(RELAYER_PORT) });
  if (!options.withRelayer) {
    closers.add(writeRelayerFile(options.home, config, undefined));
    return { attester, relayer: undefined };
  }
  const relayer = await startRelayer(config, {
    privKeys: new Map(chains.map(({ name }) => [name, RELAYER_KEY.privKey])),
    logger: options.logger.child({ part: "relayer" }),
  });
  closers.add(() => relayer.close());
  closers.add(writeRelayerFile(options.home, config, relayer.httpUrl));
  return { attester, relayer };
}

interface RelayerPlace {
  readonly chains: readonly ChainConfig[];
  readonly attesterUrl: string;
  readonly port: number;
}

function relayerConfig({ home }: BridgeOptions, { chains, attesterUrl, port }: RelayerPlace): RelayerConfig {
  return {
    journal: join(home, "relayer"),
    retentionMs: ALWAYS_DAYS * DAY_MS,
    intervalMs: RELAYER_INTERVAL_MS,
    delayMs: 0,
    refusedBackoff: REFUSED_MS,
    // Chains of a devnet stand still when nobody does anything.
    stallAfterMs: 0,
    http: { host: LOOPBACK, port },
    chains,
    wallets: chains.map(({ name }) => wallet(name)),
    attestation: [
      {
        name: "devnet",
        url: attesterUrl,
        requestsPerSecond: REQUESTS_PER_SECOND,
        blockedMs: BLOCKED_MS,
        backoff: ATTESTATION_POLL_MS,
      },
    ],
    routes: chains.flatMap((from) => chains.filter((to) => to !== from).map((to) => route(from.name, to.name))),
  };
}

function wallet(chain: string): WalletConfig {
  return {
    chain,
    // The keys of a devnet are known; they are given beside the configuration.
    key: { kind: "env", name: "DEVNET_RELAYER_KEY" },
    balanceMin: 1n,
    stuckAfterMs: 5_000,
    inFlightMax: 32,
    confirmations: 1,
    maxFeePerGas: undefined,
    gasLimitMax: 5_000_000n,
    batchMax: 50,
    timeoutBlocks: 100,
  };
}

/** Everything is carried: a developer wants to see what happens, not what is left out. */
function route(from: string, to: string): RouteConfig {
  const filter = {
    mintRecipients: undefined,
    amountMin: 0n,
    amountMax: undefined,
    callers: "any",
    genericMessages: true,
  } as const;
  return { from, to, versions: [1, 2], attestation: "devnet", filter };
}
