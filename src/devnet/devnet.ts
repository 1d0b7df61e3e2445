// A chain for developers: made on first start, with funded accounts, a faucet, and controls to mine and travel in time.

import { mkdirSync } from "node:fs";
import { defaultAppState } from "../../app/genesis.ts";
import type { GenesisDoc } from "../consensus/genesisDoc.ts";
import { nodeKeyFromSeed, writeNodeKey, writeValidatorKey } from "../consensus/solo/nodeFiles.ts";
import { sha256 } from "../crypto/hash.ts";
import { startFaucet } from "../rpc/faucet/faucetServer.ts";
import { DevnetHomeError, isDevnetHome } from "./devnetHome.ts";
import { DEVNET_MNEMONIC, type DevnetAccount, devnetAccounts } from "./devnetKeys.ts";
import { type BridgeState, bridgedAppState, devnetAppState, hasBridge } from "./devnetState.ts";
import { gatewayAccounts, gatewayAppState } from "./gatewayState.ts";
import { createGenesisDoc, type GenesisValidator, parseGenesisDoc } from "./genesisFile.ts";
import { createLogger } from "./logger.ts";
import { type RunningNode, startNode } from "./node.ts";
import {
  DEFAULT_NODE_CONFIG,
  homeFiles,
  type ListenConfig,
  type NodeConfig,
  readJson,
  writeJson,
} from "./nodeConfig.ts";
import { hostPort } from "./servers.ts";

/** Chain id of a devnet unless another is given. */
export const DEVNET_CHAIN_ID = "stateset-devnet-1";

/** What each funded account has: 1,000,000 USDC. */
const ACCOUNT_UUSDC = 1_000_000_000_000n;
/** The faucet has a thousand times as much. */
const FAUCET_UUSDC = 1_000_000_000_000_000n;
/** 10,000 STAKE each: too little for all of them together to outvote the validator. */
const ACCOUNT_USTAKE = 10_000_000_000n;
const ADMIN_FEE_UUSDC = 5000n;

/** What a devnet is started with. Everything has a default. */
export interface DevnetOptions {
  readonly home: string;
  readonly chainId?: string | undefined;
  /** Listen on ports that the system picks. */
  readonly freePorts?: boolean;
  /** The RPC's port all the same, for who starts a devnet again and has to find it. */
  readonly rpcPort?: number | undefined;
  readonly blockIntervalMs?: number | undefined;
  /** 0 makes no empty blocks. */
  readonly emptyBlockIntervalMs?: number | undefined;
  readonly logLevel?: string | undefined;
  /** Offer `devnet_…` calls; default true. */
  readonly admin?: boolean;
  readonly config?: NodeConfig;
  /** Links a new chain with others. A chain that was made without, or with another one, is refused. */
  readonly bridge?: BridgeState | undefined;
}

/** A devnet that runs. */
export interface Devnet extends RunningNode {
  readonly chainId: string;
  readonly rpcUrl: string;
  readonly mnemonic: string;
  /** In the order of their HD paths, m/44'/118'/0'/0/n; the first is the faucet. */
  readonly accounts: readonly DevnetAccount[];
  readonly faucetUrl: string;
}

/** A genesis with the devnet's accounts, of which the first is the faucet's and has every role. */
export function devnetGenesis(options: {
  readonly chainId: string;
  readonly validators: readonly GenesisValidator[];
  readonly accounts: readonly DevnetAccount[];
  readonly bridge?: BridgeState | undefined;
}): GenesisDoc {
  const { chainId, validators, accounts, bridge } = options;
  const relayer = bridge === undefined ? [] : [bridge.relayer];
  const addresses = [...accounts.map(({ address }) => address), ...relayer];
  const operated = devnetAppState(defaultAppState(), addresses[0]!);
  const appState = gatewayAppState(operated, gatewayAccounts(accounts));
  return createGenesisDoc({
    chainId,
    timeNs: BigInt(Date.now()) * 1_000_000n,
    validators: validators.map((validator, index) => ({ operator: accounts[index]?.address, ...validator })),
    accounts: addresses.map((address, index) => ({
      address,
      coins: [
        { denom: "ustake", amount: ACCOUNT_USTAKE },
        { denom: "uusdc", amount: index === 0 ? FAUCET_UUSDC : ACCOUNT_UUSDC },
      ],
    })),
    appState: bridge === undefined ? appState : bridgedAppState(appState, bridge),
  });
}

/** Makes keys and genesis of a new home. The keys follow from the chain id, so that a devnet is the same everywhere. */
function initHome(options: DevnetOptions, chainId: string, accounts: readonly DevnetAccount[]): void {
  const files = homeFiles(options.home);
  const validatorKey = nodeKeyFromSeed(sha256(Buffer.from(`${chainId} validator`)));
  const validators = [{ pubKey: validatorKey.pubKey, name: "devnet" }];
  const genesis = devnetGenesis({ chainId, validators, accounts, bridge: options.bridge });
  mkdirSync(options.home, { recursive: true });
  writeValidatorKey(files.validatorKey, validatorKey);
  writeNodeKey(files.nodeKey, nodeKeyFromSeed(sha256(Buffer.from(`${chainId} node`))));
  writeJson(files.genesis, genesis);
}

/** The genesis of a home that exists. Throws DevnetHomeError when it is another devnet's than the one that is wanted. */
function loadDevnetGenesis({ home, bridge, chainId }: DevnetOptions): GenesisDoc {
  const genesis = parseGenesisDoc(readJson(homeFiles(home).genesis));
  if (chainId !== undefined && chainId !== genesis.chain_id) {
    throw new DevnetHomeError(home, `holds the chain ${genesis.chain_id}, not ${chainId}`);
  }
  if (bridge !== undefined && !hasBridge(genesis.app_state, bridge)) {
    throw new DevnetHomeError(home, "its chain was made without these EVM chains");
  }
  return genesis;
}

function listenOn(config: ListenConfig, freePorts: boolean): ListenConfig {
  return freePorts ? { ...config, port: 0 } : config;
}

function devnetConfig(options: DevnetOptions): NodeConfig {
  const base = options.config ?? DEFAULT_NODE_CONFIG;
  const free = options.freePorts === true;
  return {
    ...base,
    moniker: "devnet",
    rpc: {
      ...base.rpc,
      ...listenOn(base.rpc, free),
      ...(options.rpcPort === undefined ? {} : { port: options.rpcPort }),
      corsOrigins: ["*"],
    },
    grpc: listenOn(base.grpc, free),
    rest: { ...base.rest, ...listenOn(base.rest, free), corsOrigins: ["*"] },
    metrics: listenOn(base.metrics, free),
    consensus: {
      blockIntervalMs: options.blockIntervalMs ?? base.consensus.blockIntervalMs,
      emptyBlockIntervalMs: options.emptyBlockIntervalMs ?? base.consensus.emptyBlockIntervalMs,
    },
    logLevel: options.logLevel ?? base.logLevel,
  };
}

/**
 * Starts a devnet's chain; makes it first when the home is empty. Rejects with everything closed when something cannot
 * start; with DevnetHomeError when the home holds another one.
 */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const accounts = await devnetAccounts();
  if (!isDevnetHome(options.home)) initHome(options, options.chainId ?? DEVNET_CHAIN_ID, accounts);
  const genesis = loadDevnetGenesis(options);
  const config = devnetConfig(options);
  const logger = createLogger(config.logLevel);
  const admin = {
    privKeys: accounts.map(({ privKey }) => privKey),
    feeAmount: ADMIN_FEE_UUSDC,
    feeDenom: "uusdc",
  };
  const running = await startNode({
    home: options.home,
    config,
    genesis,
    logger,
    admin: options.admin === false ? undefined : admin,
  });
  const { rpcUrl } = running;
  try {
    if (rpcUrl === undefined) throw new Error("a devnet needs its RPC: rpc.enabled is false");
    const faucet = await startFaucet(running.node, running.app.registry, running.router, {
      privKey: accounts[0]!.privKey,
      port: options.freePorts === true ? 0 : 4500,
      nodeUrl: rpcUrl,
      onCreditFailed: (error) => logger.warn({ err: error }, "a credit failed"),
    });
    return {
      ...running,
      rpcUrl,
      chainId: genesis.chain_id,
      mnemonic: DEVNET_MNEMONIC,
      accounts,
      faucetUrl: `http://${hostPort(faucet)}`,
      async close() {
        await faucet.close();
        await running.close();
      },
    };
  } catch (error) {
    await running.close();
    throw error;
  }
}
