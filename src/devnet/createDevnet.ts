// The whole system of a devnet: our chain and its faucet, the EVM chains, and what runs between them. A person starts it
// by `statesetd devnet`, a test file by `createDevnet`.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bridge, startBridge } from "./bridge.ts";
import { type EvmAccount, evmAccounts, RELAYER_KEY } from "./bridgeKeys.ts";
import { type BridgePlan, EVM_CHAINS, planBridge } from "./bridgePlan.ts";
import { Closers } from "./closers.ts";
import { type Devnet, startDevnet } from "./devnet.ts";
import { type DevnetGateway, GatewayProcess } from "./devnetGateway.ts";
import { evmFolder, homeError } from "./devnetHome.ts";
import { DevnetSystem } from "./devnetSystem.ts";
import { readDump } from "./dumpFile.ts";
import { type CctpArtifacts, OUR_ARTIFACTS } from "./evm/cctpArtifacts.ts";
import { type DeploymentOptions, planContracts } from "./evm/cctpDeployment.ts";
import { type LocalEvmChain, startEvmChain } from "./evm/evmChain.ts";
import { createLogger } from "./logger.ts";
import { asPortInUse } from "./portInUse.ts";

const NS_PER_SECOND = 1_000_000_000n;

/** What a devnet is started with. Everything has a default. */
export interface CreateDevnetOptions {
  /** Keeps all state from start to start. Left out: a temporary folder, which goes with the devnet. */
  readonly home?: string | undefined;
  /** Begins with what `dump` wrote into this file; no devnet may have been made in the home. */
  readonly load?: string | undefined;
  readonly chainId?: string | undefined;
  /** `free` (default) takes ports that the system picks, so that many devnets run at once; `known` the usual ones. */
  readonly ports?: "free" | "known" | undefined;
  /** Run the EVM chains; default true. */
  readonly evm?: boolean | undefined;
  /**
   * Run the relayer; default true where there are EVM chains. Without it messages are attested all the same, and somebody
   * else delivers them.
   */
  readonly relayer?: boolean | undefined;
  /** Run the gateway, which is the Orders API; default true. */
  readonly gateway?: boolean | undefined;
  /** What stands on the EVM chains; our own contracts unless given. */
  readonly artifacts?: CctpArtifacts | undefined;
  /** An EVM block each so many seconds, beside those that transactions make. */
  readonly evmBlockTimeSeconds?: number | undefined;
  readonly blockIntervalMs?: number | undefined;
  /** 0 makes no empty blocks. */
  readonly emptyBlockIntervalMs?: number | undefined;
  /** Default `silent`. */
  readonly logLevel?: string | undefined;
  /** Offer `devnet_…` calls on our chain's RPC, and the system's clock and snapshots; default true. */
  readonly admin?: boolean | undefined;
  /** Hears that a part has ended by itself, or cannot keep its state. Written to standard error unless given. */
  readonly onFailure?: ((error: unknown) => void) | undefined;
  /** Hears of our chain as soon as it answers, while the rest is starting. */
  readonly onChain?: ((chain: Devnet) => void) | undefined;
}

/**
 * Starts a devnet; makes it first when the home is empty. Rejects with everything closed when a part cannot start: with
 * PortInUseError, DevnetHomeError or EvmError where somebody can help it.
 */
export async function createDevnet(options: CreateDevnetOptions = {}): Promise<DevnetSystem> {
  const closers = new Closers();
  try {
    return await startParts(options, closers);
  } catch (error) {
    await closers.close();
    throw asPortInUse(error) ?? homeError(options.home ?? "", error);
  }
}

async function startParts(options: CreateDevnetOptions, closers: Closers): Promise<DevnetSystem> {
  const home = options.home ?? (await mkdtemp(join(tmpdir(), "stateset-devnet-")));
  if (options.home === undefined) closers.add(() => rm(home, { recursive: true, force: true }));
  if (options.load !== undefined) await readDump(options.load, home);
  const accounts = await evmAccounts();
  const plan = options.evm === false ? undefined : planBridge(options.artifacts ?? OUR_ARTIFACTS, accounts);
  const logLevel = options.logLevel ?? "silent";
  const onFailure = options.onFailure ?? console.error;
  // It loads while the chain starts, and touches the home only when the chain runs.
  const process =
    options.gateway === false ? undefined : new GatewayProcess({ logger: createLogger(logLevel), onFailure });
  // Once more below: it ends before the chain that it follows, and also when there will be no chain.
  if (process !== undefined) closers.add(() => process.close());
  // First, since it takes the lock of the home: nothing of another devnet there is touched when it is running.
  const chain = await startDevnet({
    home,
    chainId: options.chainId,
    freePorts: options.ports !== "known",
    blockIntervalMs: options.blockIntervalMs,
    emptyBlockIntervalMs: options.emptyBlockIntervalMs,
    logLevel,
    admin: options.admin !== false,
    bridge: plan?.state,
  });
  closers.add(() => chain.close());
  options.onChain?.(chain);
  const started: Started = { options: { ...options, onFailure }, home, chain };
  // Beside the EVM chains, which take about as long.
  const starting = startGateway(started, plan, process);
  starting.catch(() => undefined);
  if (process !== undefined) closers.add(() => process.close());
  const stop = () => closers.close();
  if (plan === undefined) {
    return new DevnetSystem({ home, chain, evm: [], bridge: undefined, gateway: await starting, stop });
  }
  const evm = await startEvmChains(started, { accounts, plan }, closers);
  const bridge = await startBetween(started, evm, closers);
  return new DevnetSystem({ home, chain, evm, bridge, gateway: await starting, stop });
}

async function startGateway(
  { options, home, chain }: Started,
  plan: BridgePlan | undefined,
  process: GatewayProcess | undefined,
): Promise<DevnetGateway | undefined> {
  return process?.start({
    ...{ chain, home, ports: options.ports ?? "free", logLevel: options.logLevel ?? "silent" },
    paymentChains: (plan?.deployments ?? []).map((deployment, index) => ({
      ...EVM_CHAINS[index]!,
      ...planContracts(deployment),
    })),
  });
}

/** What there is when the EVM chains start. */
interface Started {
  readonly options: CreateDevnetOptions & { readonly onFailure: (error: unknown) => void };
  readonly home: string;
  readonly chain: Devnet;
}

async function startEvmChains(
  { options, home, chain }: Started,
  { accounts, plan }: { readonly accounts: readonly EvmAccount[]; readonly plan: BridgePlan },
  closers: Closers,
): Promise<readonly LocalEvmChain[]> {
  const start = async (deployment: DeploymentOptions, index: number): Promise<LocalEvmChain> => {
    const { name, chainId, port } = EVM_CHAINS[index]!;
    const evm = await startEvmChain({
      name,
      chainId,
      folder: evmFolder(home, name),
      port: options.ports === "known" ? port : 0,
      accounts,
      deployment,
      payers: [RELAYER_KEY.evmAddress],
      now: () => secondsOf(chain),
      blockTimeSeconds: options.evmBlockTimeSeconds,
      onFailure: options.onFailure,
    });
    closers.add(() => evm.stop());
    return evm;
  };
  // All have started or failed before anything is closed.
  const results = await Promise.allSettled(plan.deployments.map(start));
  return results.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

async function startBetween(
  { options, home, chain }: Started,
  evm: readonly LocalEvmChain[],
  closers: Closers,
): Promise<Bridge> {
  const ports = options.ports ?? "free";
  const logger = createLogger(options.logLevel ?? "silent");
  const parts = { home, chain, evm, ports, withRelayer: options.relayer !== false, logger };
  const bridge = await startBridge(parts, closers);
  void bridge.relayer?.failed.then(options.onFailure);
  return bridge;
}

/** What our chain's clock says, whole seconds since 1970. */
function secondsOf({ node }: Devnet): number {
  return node.admin === undefined ? Math.floor(Date.now() / 1000) : Number(node.admin.nowNs / NS_PER_SECOND);
}
