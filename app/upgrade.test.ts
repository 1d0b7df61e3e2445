// Cases: two programs and one folder. The old one stops before the plan's height, the new one brings a store and a value
// and goes on, also after a restart that replays from before; the new one too early; a plan that is cancelled, replaced,
// malformed, in the past, done already; who may plan; queries; versions and migrations of modules.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import {
  QueryAppliedPlanRequest,
  QueryAppliedPlanResponse,
  QueryCurrentPlanRequest,
  QueryCurrentPlanResponse,
  QueryModuleVersionsRequest,
  QueryModuleVersionsResponse,
} from "../gen/cosmos/upgrade/v1beta1/query.ts";
import { MsgCancelUpgrade, MsgSoftwareUpgrade } from "../gen/cosmos/upgrade/v1beta1/tx.ts";
import { Plan } from "../gen/cosmos/upgrade/v1beta1/upgrade.ts";
import type { BlockInfo, Context } from "../src/baseapp/context.ts";
import { UpgradeHalt } from "../src/baseapp/upgradeHalt.ts";
import { toHex, utf8 } from "../src/codec/bytes.ts";
import type { MessageCodec } from "../src/codec/message.ts";
import { pruningOptions } from "../src/store/pruning.ts";
import { openStateDisk, type StateDisk, type StateDiskOptions } from "../src/store/stateDisk.ts";
import type { AddedStores } from "../src/store/stateLoad.ts";
import { UpgradeKeeper } from "../x/upgrade/keeper.ts";
import { type Upgrade, upgradeAtHeight } from "../x/upgrade/upgrades.ts";
import { type ChainApp, createApp, STORE_NAMES } from "./app.ts";
import { finalizeTwice } from "./testing/finalizeTwice.ts";
import { signTestTx } from "./testing/signTestTx.ts";
import { ADDRESSES, CHAIN_ID, KEYS, startChain, testAppState, timeNsOf } from "./testing/testChain.ts";

const [GOVERNOR, STRANGER] = [0, 1];
const LOYALTY = "loyalty";
const POINTS = utf8("points");

/** Something that is of a known type. */
const ANY = { typeUrl: `/${Plan.$type}`, value: new Uint8Array(0) };

const V2: Upgrade = {
  name: "v2",
  addedStores: [LOYALTY],
  migrate: (ctx) => ctx.kv(LOYALTY).set(POINTS, utf8("7")),
};

const folders: string[] = [];
const open: StateDisk[] = [];

afterEach(async () => {
  for (const disk of open.splice(0)) await disk.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A program over a folder: what it knows of upgrades, and whether it has the new store. */
class Program {
  readonly disk: StateDisk;
  readonly app: ChainApp;
  readonly #sequences = new Map<number, bigint>();

  private constructor(disk: StateDisk, app: ChainApp) {
    this.disk = disk;
    this.app = app;
  }

  static async start(
    folder: string,
    program: { readonly isNew: boolean; readonly added?: AddedStores; readonly lastBlock?: BlockInfo },
    schedule: StateDiskOptions["schedule"] = { everyVersions: 1_000_000, everyChanges: 1_000_000 },
  ): Promise<Program> {
    const names = program.isNew ? [...STORE_NAMES, LOYALTY] : STORE_NAMES;
    const { added, lastBlock } = program;
    const disk = await openStateDisk({ folder, names, added, pruning: pruningOptions("default"), schedule });
    open.push(disk);
    const app = createApp({ stores: disk.store, lastBlock, upgrades: program.isNew ? [V2] : [] });
    if (lastBlock !== undefined) return new Program(disk, app);
    const state = testAppState();
    startChain(app, { ...state, authority: { authority: ADDRESSES[GOVERNOR]!, pending_authority: "" } });
    return new Program(disk, app);
  }

  /** Ends the program; the block that the next one starts from. */
  async stop(): Promise<BlockInfo> {
    open.splice(open.indexOf(this.disk), 1);
    await this.disk.close();
    return this.app.block;
  }

  async block(...txs: Uint8Array[]) {
    const height = this.app.block.height + 1;
    const request = { height, timeNs: timeNsOf(height), proposerAddress: new Uint8Array(20) };
    const { response, commit } = finalizeTwice(this.app, { ...request, txs: txs.map((tx) => this.app.decode(tx)) });
    const batch = this.disk.batch();
    this.disk.putState(batch, commit);
    await batch.write();
    this.app.commit();
    return response;
  }

  /** Executes one message in a block: `code log`. */
  async run<T>(codec: MessageCodec<T>, message: Partial<T>, account = GOVERNOR): Promise<string> {
    const sequence = this.#sequences.get(account) ?? 0n;
    this.#sequences.set(account, sequence + 1n);
    const tx = signTestTx({
      chainId: CHAIN_ID,
      privKey: KEYS[account]!,
      accountNumber: BigInt(account),
      sequence,
      messages: [{ typeUrl: `/${codec.$type}`, value: codec.encode(codec.fromPartial(message)).finish() }],
      fee: "2500uusdc",
      gasLimit: 200_000n,
    });
    const { txResults } = await this.block(tx);
    const { code, log } = txResults[0]!;
    return `${code} ${log}`.trim();
  }

  plan(plan: Partial<Plan>, account = GOVERNOR): Promise<string> {
    const authority = ADDRESSES[account]!;
    return this.run(MsgSoftwareUpgrade, { authority, plan: Plan.fromPartial(plan) }, account);
  }

  query<Req, Res>(name: string, request: MessageCodec<Req>, response: MessageCodec<Res>, fields: Partial<Req>): Res {
    const data = request.encode(request.fromPartial(fields)).finish();
    const path = `/cosmos.upgrade.v1beta1.Query/${name}`;
    const answer = this.app.query({ path, data, height: 0n, prove: false });
    if (answer.code !== 0) throw new Error(answer.log);
    return response.decode(answer.value);
  }

  get currentPlan(): Plan | undefined {
    return this.query("CurrentPlan", QueryCurrentPlanRequest, QueryCurrentPlanResponse, {}).plan;
  }
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "upgrade-"));
  folders.push(folder);
  return folder;
}

async function haltOf(block: Promise<unknown>): Promise<UpgradeHalt> {
  const error = await block.catch((thrown: unknown) => thrown);
  if (!(error instanceof UpgradeHalt)) throw new Error(`no halt: ${String(error)}`);
  return error;
}

/** An old program that stands before the height of the plan. */
async function halted(folder: string, height: number): Promise<BlockInfo> {
  const old = await Program.start(folder, { isNew: false });
  await old.block();
  expect(await old.plan({ name: "v2", height: BigInt(height), info: "https://example.org/v2" })).toBe("0");
  while (old.app.block.height < height - 1) await old.block();
  const halt = await haltOf(old.block());
  expect([halt.code, halt.plan]).toEqual(["upgrade_needed", { name: "v2", height, info: "https://example.org/v2" }]);
  expect(halt.message).toBe(`UPGRADE "v2" NEEDED at height: ${height}: https://example.org/v2`);
  return old.stop();
}

describe("an upgrade", () => {
  test("default: the old program stops before its height, the new one brings a store and goes on", async () => {
    const folder = newFolder();
    const lastBlock = await halted(folder, 5);
    const next = await Program.start(folder, { isNew: true, added: { names: [LOYALTY], version: 5 }, lastBlock });
    const before = toHex(next.disk.store.appHash);
    await next.block();
    expect(next.disk.store.storesOf(4).map(({ name }) => name)).toEqual([...STORE_NAMES].sort());
    expect(next.disk.store.storesOf(5).map(({ name }) => name)).toEqual([...STORE_NAMES, LOYALTY].sort());
    expect(next.currentPlan).toBeUndefined();
    const applied = { name: "v2" };
    expect(next.query("AppliedPlan", QueryAppliedPlanRequest, QueryAppliedPlanResponse, applied).height).toBe(5n);
    await next.block();
    const last = await next.stop();
    // A restart replays the blocks before and after: each has the hash that it had.
    const again = await Program.start(folder, { isNew: true, lastBlock: last });
    expect(again.disk.loaded.baseVersion).toBe(0);
    expect(toHex(again.disk.store.appHash)).toBe(toHex(next.disk.store.appHash));
    expect(toHex(again.disk.store.appHash)).not.toBe(before);
    expect(toHex(again.disk.store.latest().store(LOYALTY).get(POINTS)!)).toBe(toHex(utf8("7")));
    await again.block();
  });

  test("behavior: the new program, started too early, executes nothing", async () => {
    const folder = newFolder();
    const old = await Program.start(folder, { isNew: false });
    await old.block();
    await old.plan({ name: "v2", height: 9n });
    const lastBlock = await old.stop();
    const added = { names: [LOYALTY], version: 9 };
    await expect(Program.start(folder, { isNew: true, added, lastBlock })).rejects.toThrow("this program has");
    const early = createApp({
      stores: (await Program.start(folder, { isNew: false, lastBlock })).disk.store,
      lastBlock,
      upgrades: [V2],
    });
    const block = { height: 3, timeNs: timeNsOf(3), txs: [], proposerAddress: new Uint8Array(20) };
    expect(() => early.finalizeBlock(block)).toThrow("BINARY UPDATED BEFORE TRIGGER");
    expect(early.block.height).toBe(2);
  });

  test("error: stores may be missing at the upgrade's height only", async () => {
    const folder = newFolder();
    const lastBlock = await halted(folder, 4);
    for (const added of [undefined, { names: [LOYALTY], version: 5 }, { names: ["other"], version: 4 }]) {
      await expect(
        Program.start(folder, { isNew: true, lastBlock, ...(added === undefined ? {} : { added }) }),
      ).rejects.toThrow("this program has");
    }
  });
});

describe("plans", () => {
  test("default: a plan takes the place of another, and is cancelled", async () => {
    const program = await Program.start(newFolder(), { isNew: false });
    await program.block();
    await program.plan({ name: "v2", height: 50n });
    expect(await program.plan({ name: "v3", height: 60n, info: "more" })).toBe("0");
    expect(program.currentPlan).toMatchObject({ name: "v3", height: 60n, info: "more" });
    expect(await program.run(MsgCancelUpgrade, { authority: ADDRESSES[GOVERNOR]! })).toBe("0");
    expect(program.currentPlan).toBeUndefined();
  });

  test.each<readonly [string, Partial<Plan>, string]>([
    ["without a name", { height: 9n }, "name cannot be empty"],
    ["without a height", { name: "v2" }, "height must be greater than 0"],
    ["of this block", { name: "v2", height: 2n }, "upgrade cannot be scheduled in the past"],
    ["of the past", { name: "v2", height: 1n }, "upgrade cannot be scheduled in the past"],
    [
      "by time",
      { name: "v2", height: 9n, time: { seconds: 1n, nanos: 0 } },
      "time-based upgrades have been deprecated",
    ],
    ["of IBC", { name: "v2", height: 9n, upgradedClientState: ANY }, "moved to the IBC module"],
    ["with a long name", { name: "v".repeat(141), height: 9n }, "longer than 140"],
    ["with a long info", { name: "v2", height: 9n, info: "i".repeat(10_201) }, "longer than 10200"],
  ])("error: a plan %s", async (_what, plan, problem) => {
    const program = await Program.start(newFolder(), { isNew: false });
    await program.block();
    const refusal = await program.plan(plan);
    expect(refusal).not.toBe("0");
    expect(refusal).toContain(problem);
    expect(program.currentPlan).toBeUndefined();
  });

  test("error: nobody but the authority", async () => {
    const program = await Program.start(newFolder(), { isNew: false });
    await program.block();
    expect(await program.plan({ name: "v2", height: 50n }, STRANGER)).toContain("invalid authority");
    await program.plan({ name: "v2", height: 50n });
    const cancel = { authority: ADDRESSES[STRANGER]! };
    expect(await program.run(MsgCancelUpgrade, cancel, STRANGER)).toContain("invalid authority");
    expect(program.currentPlan?.name).toBe("v2");
  });

  test("error: a name that was carried out", async () => {
    const folder = newFolder();
    const lastBlock = await halted(folder, 4);
    const next = await Program.start(folder, { isNew: true, added: { names: [LOYALTY], version: 4 }, lastBlock });
    await next.block();
    const ctx = next.app.queryContext();
    expect(() => new UpgradeKeeper().schedule(ctx, Plan.fromPartial({ name: "v2", height: 99n }))).toThrow(
      "upgrade with name v2 has already been completed",
    );
  });

  test("default: module versions are those of the program", async () => {
    const program = await Program.start(newFolder(), { isNew: false });
    await program.block();
    const ask = (moduleName: string) =>
      program.query("ModuleVersions", QueryModuleVersionsRequest, QueryModuleVersionsResponse, { moduleName });
    expect(ask("").moduleVersions.length).toBeGreaterThan(8);
    expect(ask("bank").moduleVersions).toEqual([{ name: "bank", version: 1n }]);
    expect(() => ask("nothing")).toThrow("module nothing not found");
  });
});

describe("migrations of modules", () => {
  async function contextAtPlan(): Promise<{ ctx: Context; keeper: UpgradeKeeper }> {
    const program = await Program.start(newFolder(), { isNew: false });
    await program.block();
    const keeper = new UpgradeKeeper();
    const ctx = program.app.queryContext();
    keeper.schedule(ctx, Plan.fromPartial({ name: "v2", height: 2n }));
    return { ctx: ctx.with({ block: { ...ctx.block, height: 2 } }), keeper };
  }

  const moduleOf = (
    name: string,
    consensusVersion: bigint,
    migrations: readonly (readonly [bigint, () => void])[],
  ) => ({
    name,
    storeNames: [],
    msgs: [],
    queries: [],
    consensusVersion,
    migrations: new Map(migrations),
  });

  test("default: each step runs once, in order, and the version is kept", async () => {
    const { ctx, keeper } = await contextAtPlan();
    const steps: string[] = [];
    const bank = moduleOf("bank", 3n, [
      [2n, () => steps.push("2 to 3")],
      [1n, () => steps.push("1 to 2")],
    ]);
    upgradeAtHeight(ctx, { keeper, modules: () => [bank], upgrades: [{ name: "v2" }] });
    expect(steps).toEqual(["1 to 2", "2 to 3"]);
    expect(keeper.versions(ctx).get("bank")).toBe(3n);
    expect([keeper.plan(ctx), keeper.doneHeight(ctx, "v2")]).toEqual([undefined, 2n]);
    upgradeAtHeight(ctx, { keeper, modules: () => [bank], upgrades: [{ name: "v2" }] });
    expect(steps.length).toBe(2);
  });

  test("error: a step that is missing, and a state of a later program", async () => {
    const { ctx, keeper } = await contextAtPlan();
    const upgrade = (consensusVersion: bigint) => () =>
      upgradeAtHeight(ctx, {
        keeper,
        modules: () => [moduleOf("bank", consensusVersion, [])],
        upgrades: [{ name: "v2" }],
      });
    expect(upgrade(2n)).toThrow("bank has no migration from version 1");
    keeper.setVersion(ctx, "bank", 4n);
    expect(upgrade(3n)).toThrow("the state of bank has version 4, this program knows 3");
  });
});
