// A chain for developers: made on first start, with funded accounts, a faucet, and controls to mine and travel in time.

import { existsSync, mkdirSync } from "node:fs";
import { defaultAppState } from "../../app/genesis.ts";
import { encodeAddress } from "../codec/address.ts";
import { nodeKeyFromSeed, writeNodeKey, writeValidatorKey } from "../consensus/solo/nodeFiles.ts";
import { addressOfSecp256k1 } from "../crypto/address.ts";
import { sha256 } from "../crypto/hash.ts";
import { publicKeyOf } from "../crypto/secp256k1.ts";
import { startFaucet } from "../rpc/faucet/faucetServer.ts";
import { devnetAppState } from "./devnetState.ts";
import { createGenesisDoc, parseGenesisDoc } from "./genesisFile.ts";
import { createLogger } from "./logger.ts";
import { privKeysFromMnemonic } from "./mnemonic.ts";
import { hostPort, type RunningNode, startNode } from "./node.ts";
import {
  DEFAULT_NODE_CONFIG,
  homeFiles,
  type ListenConfig,
  type NodeConfig,
  readJson,
  writeJson,
} from "./nodeConfig.ts";

/** Chain id of a devnet unless another is given. */
export const DEVNET_CHAIN_ID = "stateset-devnet-1";

/** Known to everybody: keys of a devnet protect nothing. The first account is the faucet's. */
export const DEVNET_MNEMONIC =
  "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

/** Funded accounts, and what each has: 1,000,000 USDC. */
const ACCOUNTS = 16;
const ACCOUNT_UUSDC = 1_000_000_000_000n;
/** The faucet has a thousand times as much. */
const FAUCET_UUSDC = 1_000_000_000_000_000n;
const ADMIN_FEE_UUSDC = 5000n;

/** What a devnet is started with. Everything has a default. */
export interface DevnetOptions {
  readonly home: string;
  readonly chainId?: string | undefined;
  /** Listen on ports that the system picks. */
  readonly freePorts?: boolean;
  readonly blockIntervalMs?: number | undefined;
  /** 0 makes no empty blocks. */
  readonly emptyBlockIntervalMs?: number | undefined;
  readonly logLevel?: string | undefined;
  /** Offer `devnet_…` calls; default true. */
  readonly admin?: boolean;
  readonly config?: NodeConfig;
}

/** An account of the devnet. */
export interface DevnetAccount {
  readonly address: string;
  /** 32 bytes. */
  readonly privKey: Uint8Array;
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

async function devnetAccounts(): Promise<readonly DevnetAccount[]> {
  const hdPaths = Array.from({ length: ACCOUNTS }, (_, index) => `m/44'/118'/0'/0/${index}`);
  const privKeys = await privKeysFromMnemonic(DEVNET_MNEMONIC, hdPaths);
  return privKeys.map((privKey) => ({ privKey, address: encodeAddress(addressOfSecp256k1(publicKeyOf(privKey))) }));
}

/** Makes keys and genesis of a new home. The keys follow from the chain id, so that a devnet is the same everywhere. */
function initHome(options: DevnetOptions, chainId: string, accounts: readonly DevnetAccount[]): void {
  const files = homeFiles(options.home);
  mkdirSync(options.home, { recursive: true });
  const validatorKey = nodeKeyFromSeed(sha256(Buffer.from(`${chainId} validator`)));
  writeValidatorKey(files.validatorKey, validatorKey);
  writeNodeKey(files.nodeKey, nodeKeyFromSeed(sha256(Buffer.from(`${chainId} node`))));
  const genesis = createGenesisDoc({
    chainId,
    timeNs: BigInt(Date.now()) * 1_000_000n,
    validatorPubKey: validatorKey.pubKey,
    validatorName: "devnet",
    accounts: accounts.map(({ address }, index) => ({
      address,
      coins: [{ denom: "uusdc", amount: index === 0 ? FAUCET_UUSDC : ACCOUNT_UUSDC }],
    })),
    // The faucet's account is the first.
    appState: devnetAppState(defaultAppState(), accounts[0]!.address),
  });
  writeJson(files.genesis, genesis);
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
    rpc: { ...base.rpc, ...listenOn(base.rpc, free), corsOrigins: ["*"] },
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

/** Starts a devnet; makes it first when the home is empty. Rejects with everything closed when something cannot start. */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const accounts = await devnetAccounts();
  const files = homeFiles(options.home);
  if (!existsSync(files.genesis)) initHome(options, options.chainId ?? DEVNET_CHAIN_ID, accounts);
  const genesis = parseGenesisDoc(readJson(files.genesis));
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
