// Fills a new chain with accounts and orders, block after block, without transactions: what a chunk of genesis would have
// written is added to what its block wrote. The blocks cannot be executed again from the genesis, but state, app hashes
// and files are those of any chain, and the node that is measured opens them as its own.

import { setTimeout } from "node:timers/promises";
import { type ChainApp, createApp, STORE_NAMES } from "../../../app/app.ts";
import { Context } from "../../../src/baseapp/context.ts";
import { EventManager } from "../../../src/baseapp/events.ts";
import { GasMeter } from "../../../src/baseapp/gas.ts";
import { readNodeKey, readValidatorKey } from "../../../src/consensus/solo/nodeFiles.ts";
import { openSoloNode } from "../../../src/consensus/solo/openSoloNode.ts";
import { soloAppOf } from "../../../src/consensus/solo/soloApp.ts";
import { ADDRESS_BYTES } from "../../../src/crypto/address.ts";
import { sha256 } from "../../../src/crypto/hash.ts";
import { parseGenesisDoc } from "../../../src/devnet/genesisFile.ts";
import { homeFiles, loadNodeConfig, pruningOf, readJson } from "../../../src/devnet/nodeConfig.ts";
import { writeSet } from "../../../src/store/cacheStore.ts";
import type { CommitMultiStore, StoreChanges } from "../../../src/store/multiStore.ts";
import { pruningOptions } from "../../../src/store/pruning.ts";
import { ordersGenesis } from "../../../x/orders/genesis.ts";
import { ESCROW_ADDRESS } from "../../../x/orders/keeper/escrow.ts";
import { amountOf } from "../../../x/orders/types.ts";
import type { Account } from "../load/accounts.ts";
import { say } from "../report.ts";
import { copyOrder, makeTemplates, type OrderState, type Stage } from "./orderTemplates.ts";

/** What a chain is filled with. */
export interface Filling {
  /** They have accounts already. Each in turn is the merchant of an order, and the next one the customer. */
  readonly signers: readonly Account[];
  /** Orders; and there are as many accounts, too, if not more signers. */
  readonly orders: number;
  /** The stages of the orders of one merchant, over and over. */
  readonly stages: readonly Stage[];
}

/** Orders and accounts in one block. */
const CHUNK = 25_000;
const SNAPSHOT_POLL_MS = 20;
const BALANCE_UUSDC = 1_000_000_000n;
const DENOM = "uusdc";

/** Has at genesis what is given to accounts and to orders: the supply must not change without a mint. Nobody has its key. */
export const RESERVE = addressOf("bench reserve");
/** Enough for 40 million orders. */
export const RESERVE_UUSDC = 10n ** 17n;

function addressOf(name: string): Uint8Array {
  return sha256(Buffer.from(name)).subarray(0, ADDRESS_BYTES);
}

/** Fills the chain of a home in which there is none yet. */
export async function fillChain(home: string, filling: Filling): Promise<void> {
  const files = homeFiles(home);
  const config = loadNodeConfig(home);
  let fill: (ctx: Context) => void = () => undefined;
  let app: ChainApp | undefined;
  const count = Math.max(filling.orders, filling.signers.length);
  const filledAt = 1 + Math.ceil(count / CHUNK);
  let isSnapshotWritten = false;
  const node = await openSoloNode({
    genesis: parseGenesisDoc(readJson(files.genesis)),
    moniker: config.moniker,
    nodeKey: readNodeKey(files.nodeKey),
    validatorKey: readValidatorKey(files.validatorKey),
    dataFolder: files.data,
    storeNames: STORE_NAMES,
    // A version of such large blocks takes a lot of memory. Versions that are kept here or not leave no trace on the disk.
    pruning: pruningOptions("everything"),
    snapshots: { everyVersions: filledAt, everyChanges: Number.MAX_SAFE_INTEGER },
    validatorStateFile: files.validatorState,
    observer: {
      snapshot: () => {
        isSnapshotWritten = true;
      },
    },
    createApp: (parts) => {
      const made = createApp(parts);
      app = made;
      addToStages(parts.stores, made, (ctx) => fill(ctx));
      const pool = { verify: () => Promise.resolve([]), busyMs: 0 };
      return soloAppOf(made, { work: () => undefined, verdicts: made.verdicts, pool });
    },
  });
  try {
    if (app === undefined) throw new Error("the node was opened without its application");
    const chain = app;
    await node.produce();
    const templates = makeTemplates(node.latestTimeNs);
    for (let first = 0; first < count; first += CHUNK) {
      const until = Math.min(count, first + CHUNK);
      fill = (ctx) => fillChunk(ctx, chain, filling, { templates, first, until });
      await node.produce();
      if (until % (2 * CHUNK) === 0) say(`filled ${until} of ${count} orders`);
    }
    fill = () => undefined;
    // As in a chain that has run for a while, a start finds a snapshot at or below the versions that it keeps.
    const { keepRecent = 0 } = pruningOf(config);
    for (let more = 0; more <= keepRecent; more += 1) await node.produce();
    // Blocks made meanwhile would make the next one due when the node starts.
    while (!isSnapshotWritten) await setTimeout(SNAPSHOT_POLL_MS);
  } finally {
    await node.stop();
  }
}

/** Lets something write whenever a block is staged. */
function addToStages(stores: CommitMultiStore, app: ChainApp, fill: (ctx: Context) => void): void {
  const stage = stores.stageInSteps.bind(stores);
  stores.stageInSteps = (given: readonly StoreChanges[]) => {
    const layer = writeSet(stores.latest());
    for (const { name, changes } of given) {
      const store = layer.store(name);
      for (const [key, value] of changes) {
        if (value === undefined) store.delete(key);
        else store.set(key, value);
      }
    }
    const gas = new GasMeter(undefined);
    fill(new Context({ block: app.block, mode: "genesis", gas, events: new EventManager(), stores: layer }));
    return stage(layer.changes());
  };
}

interface Chunk {
  readonly templates: Readonly<Record<Stage, OrderState>>;
  /** Numbers of the orders, and of the accounts. */
  readonly first: number;
  readonly until: number;
}

function fillChunk(ctx: Context, app: ChainApp, filling: Filling, chunk: Chunk): void {
  const escrowed = fillOrders(ctx, app, filling, chunk);
  let given = 0n;
  for (let index = Math.max(chunk.first, filling.signers.length); index < chunk.until; index += 1) {
    const address = addressOf(`bench customer ${index}`);
    app.accounts.createAccount(ctx, address);
    app.bank.initBalances(ctx, address, [{ denom: DENOM, amount: BALANCE_UUSDC }]);
    given += BALANCE_UUSDC;
  }
  addBalance(ctx, app, ESCROW_ADDRESS, escrowed);
  addBalance(ctx, app, RESERVE, -given - escrowed);
}

function addBalance(ctx: Context, app: ChainApp, address: Uint8Array, added: bigint): void {
  if (added === 0n) return;
  app.bank.initBalances(ctx, address, [{ denom: DENOM, amount: app.bank.balance(ctx, address, DENOM) + added }]);
}

/** Writes orders, and gives what is in escrow for them. */
function fillOrders(ctx: Context, app: ChainApp, { signers, orders, stages }: Filling, chunk: Chunk): bigint {
  const counters = new Map<string, bigint>();
  const states: OrderState[] = [];
  for (let index = chunk.first; index < Math.min(orders, chunk.until); index += 1) {
    const at = index % signers.length;
    const round = Math.trunc(index / signers.length);
    const merchant = signers[at]!.address;
    const customer = signers[(at + 1) % signers.length]!.address;
    const template = chunk.templates[stages[round % stages.length]!];
    states.push(copyOrder(template, { merchant, customer, count: round + 1 }));
    counters.set(merchant, BigInt(round + 1));
  }
  const genesis = ordersGenesis(app.orders);
  genesis.init(ctx, {
    ...genesis.defaultGenesis(),
    params: app.orders.store.params(ctx),
    counters: [...counters].map(([creator, count]) => ({ creator, count })),
    orders: states.map(({ order }) => order),
    payments: states.flatMap(({ payments }) => [...payments]),
  });
  return states.reduce((sum, { order }) => sum + amountOf(order.amountEscrowed), 0n);
}
