// Cases: who may do what; what each message and each mint and burn refuses, in order; the books; genesis there and back.

import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import * as tx from "../../gen/stateset/issuer/v1/tx.ts";
import type { GenesisState } from "../../gen/stateset/issuer/v1/types.ts";
import { Context } from "../../src/baseapp/context.ts";
import { EventManager } from "../../src/baseapp/events.ts";
import { GasMeter } from "../../src/baseapp/gas.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import { cacheMultiStore } from "../../src/store/cacheStore.ts";
import { createCommitMultiStore } from "../../src/store/commitStore.ts";
import { pruningOptions } from "../../src/store/pruning.ts";
import { AccountKeeper } from "../auth/keeper.ts";
import { AUTH_STORE } from "../auth/keys.ts";
import { BankKeeper } from "../bank/keeper.ts";
import { BANK } from "../bank/keys.ts";
import { issuerGenesis } from "./genesis.ts";
import { IssuerKeeper } from "./keeper.ts";
import { ISSUER } from "./keys.ts";
import { issuerModule } from "./module.ts";
import { DEFAULT_PARAMS } from "./types.ts";

const MINTER = "cctp";
const address = (byte: number) => new Uint8Array(20).fill(byte);
const text = (byte: number) => encodeAddress(address(byte));
const AUTHORITY = text(1);
const BLACKLISTER = text(2);
const PAUSER = text(3);
const CONTROLLER = text(4);
const USER: Uint8Array = address(9);

function newWorld() {
  const accounts = new AccountKeeper({ [ISSUER]: ["minter", "burner"], [MINTER]: [], treasury: ["minter"] });
  const bank = new BankKeeper(accounts, new Set([encodeAddress(moduleAddress("treasury"))]));
  const keeper = new IssuerKeeper(bank, MINTER);
  const module = issuerModule(keeper, bank, { address: () => AUTHORITY });
  const stores = createCommitMultiStore({ names: [AUTH_STORE, BANK, ISSUER], pruning: pruningOptions("nothing") });
  const ctx = new Context({
    block: { chainId: "test-1", height: 1, timeNs: 0n, proposerAddress: address(0) },
    mode: "finalize",
    gas: new GasMeter(undefined),
    events: new EventManager(),
    stores: cacheMultiStore(stores.latest()),
  });
  const genesis = issuerGenesis(keeper);
  genesis.init(ctx, {
    ...genesis.defaultGenesis(),
    params: { ...DEFAULT_PARAMS, blacklister: BLACKLISTER, pauser: PAUSER, minterController: CONTROLLER },
  });
  return { bank, keeper, module, genesis, ctx };
}

let world: ReturnType<typeof newWorld>;
beforeEach(() => {
  world = newWorld();
});

/** Runs a message; the error it ends with. */
function run<T>(codec: MessageCodec<T>, message: Partial<T>): ChainError | undefined {
  const handler = world.module.msgs.find(({ typeUrl }) => typeUrl === `/${codec.$type}`);
  const layer = world.ctx.branch();
  try {
    handler?.handle(layer.ctx, codec.fromPartial(message));
  } catch (thrown) {
    if (thrown instanceof ChainError) return thrown;
    throw thrown;
  }
  layer.write();
  return undefined;
}

function refusalOf(work: () => void): { code: number; codespace: string; message: string } | undefined {
  try {
    work();
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    return { code: thrown.code, codespace: thrown.codespace, message: thrown.message };
  }
  return undefined;
}

const mint = (amount: bigint, recipient = USER, denom = "uusdc") =>
  world.keeper.mint(world.ctx, { recipient, coin: { denom, amount }, remoteDomain: 3 });
const burn = (amount: bigint, depositor = USER, denom = "uusdc") =>
  world.keeper.burn(world.ctx, { coin: { denom, amount }, remoteDomain: 3, depositor });

describe("minting", () => {
  test("default: to the recipient, off the allowance, counted for its domain", () => {
    const before = world.keeper.allowance(world.ctx) ?? 0n;
    mint(500n);
    expect(world.bank.balance(world.ctx, USER, "uusdc")).toBe(500n);
    expect(world.keeper.allowance(world.ctx)).toBe(before - 500n);
    expect(world.keeper.remoteDomain(world.ctx, 3)).toEqual({ domain: 3, minted: "500", burned: "0" });
    expect(world.ctx.events.list().at(-1)?.type).toBe("circle.fiattokenfactory.v1.MsgMint");
  });

  // Each row leaves the later obstacles in place, so that the first one wins.
  const obstacles: readonly (readonly [string, number, string, () => void])[] = [
    ["nobody may", 2, "you are not a minter", () => world.keeper.setAllowance(world.ctx, undefined)],
    [
      "the minter is barred",
      4,
      "minter address is blacklisted",
      () => world.keeper.blacklist(world.ctx, moduleAddress(MINTER)),
    ],
    ["the recipient is barred", 4, "receiver address is blacklisted", () => world.keeper.blacklist(world.ctx, USER)],
    ["paused", 4, "minting is paused", () => world.keeper.setPaused(world.ctx, true)],
  ];
  test.each(obstacles.map((row, index) => [row[0], row, index] as const))(
    "error: %s",
    (_name, [, code, what], index) => {
      for (const [, , , prepare] of obstacles.slice(index)) prepare();
      expect(refusalOf(() => mint(5n))).toMatchObject({
        codespace: ISSUER,
        code,
        message: expect.stringContaining(what),
      });
    },
  );

  test.each([
    ["another denomination", () => mint(5n, USER, "ueurc"), 4, "minting denom is incorrect"],
    ["nothing", () => mint(0n), 4, "minting amount is invalid"],
    ["more than allowed", () => mint(10n ** 15n + 1n), 4, "minting amount is greater than the allowance"],
    ["an account that takes nothing", () => mint(5n, moduleAddress("treasury")), 5, "is not allowed to receive funds"],
  ])("error: %s", (_name, work, code, what) => {
    expect(refusalOf(work)).toMatchObject({ codespace: ISSUER, code, message: expect.stringContaining(what) });
  });
});

describe("burning", () => {
  beforeEach(() => mint(1000n, moduleAddress(MINTER)));

  test("default: what the minter holds, counted for the domain", () => {
    burn(400n);
    expect(world.bank.balance(world.ctx, moduleAddress(MINTER), "uusdc")).toBe(600n);
    expect(world.bank.supply(world.ctx, "uusdc")).toBe(600n);
    expect(world.keeper.remoteDomain(world.ctx, 3)).toEqual({ domain: 3, minted: "1000", burned: "400" });
  });

  test.each([
    ["nobody may", () => world.keeper.setAllowance(world.ctx, undefined), "unauthorized: you are not a minter"],
    [
      "the minter is barred",
      () => world.keeper.blacklist(world.ctx, moduleAddress(MINTER)),
      "minter address is blacklisted",
    ],
    ["the depositor is barred", () => world.keeper.blacklist(world.ctx, USER), "depositor address is blacklisted"],
    ["paused", () => world.keeper.setPaused(world.ctx, true), "burning is paused"],
  ])("error: %s", (_name, prepare, what) => {
    prepare();
    expect(refusalOf(() => burn(5n))).toMatchObject({ code: 6, message: expect.stringContaining(what) });
  });

  test("error: another denomination, nothing", () => {
    expect(refusalOf(() => burn(5n, USER, "ueurc"))?.message).toContain("burning denom is incorrect");
    expect(refusalOf(() => burn(0n))?.message).toContain("burning amount is invalid");
  });
});

describe("messages", () => {
  test("default: each role does its work", () => {
    expect(run(tx.MsgBlacklist, { from: BLACKLISTER, address: text(9) })).toBeUndefined();
    expect(world.keeper.isBlacklisted(world.ctx, USER)).toBe(true);
    expect(run(tx.MsgBlacklist, { from: BLACKLISTER, address: text(9) })?.code).toBe(20);
    expect(run(tx.MsgUnblacklist, { from: BLACKLISTER, address: text(9) })).toBeUndefined();
    expect(run(tx.MsgUnblacklist, { from: BLACKLISTER, address: text(9) })?.code).toBe(21);
    expect(run(tx.MsgPause, { from: PAUSER })).toBeUndefined();
    expect(run(tx.MsgPause, { from: PAUSER })).toBeUndefined();
    expect(world.keeper.isPaused(world.ctx)).toBe(true);
    expect(run(tx.MsgUnpause, { from: PAUSER })).toBeUndefined();
    expect(run(tx.MsgConfigureMinter, { from: CONTROLLER, allowance: "7" })).toBeUndefined();
    expect(world.keeper.allowance(world.ctx)).toBe(7n);
    expect(run(tx.MsgRemoveMinter, { from: CONTROLLER })).toBeUndefined();
    expect(world.keeper.allowance(world.ctx)).toBeUndefined();
    const params = { ...DEFAULT_PARAMS, pauser: text(8) };
    expect(run(tx.MsgUpdateParams, { authority: AUTHORITY, params })).toBeUndefined();
    expect(world.keeper.params(world.ctx)).toEqual(params);
  });

  test("error: anybody else", () => {
    const others = [AUTHORITY, BLACKLISTER, PAUSER, CONTROLLER];
    for (const from of others) {
      if (from !== BLACKLISTER) expect(run(tx.MsgBlacklist, { from, address: "nobody" })?.code).toBe(2);
      if (from !== BLACKLISTER) expect(run(tx.MsgUnblacklist, { from, address: "nobody" })?.code).toBe(2);
      if (from !== PAUSER) expect(run(tx.MsgPause, { from })?.code).toBe(2);
      if (from !== PAUSER) expect(run(tx.MsgUnpause, { from })?.code).toBe(2);
      if (from !== CONTROLLER) expect(run(tx.MsgConfigureMinter, { from, allowance: "x" })?.code).toBe(2);
      if (from !== CONTROLLER) expect(run(tx.MsgRemoveMinter, { from })?.code).toBe(2);
      if (from !== AUTHORITY) expect(run(tx.MsgUpdateParams, { authority: from })?.codespace).toBe("gov");
    }
  });

  test.each([
    ["no address", () => run(tx.MsgBlacklist, { from: BLACKLISTER, address: "nobody" }), "sdk", 7],
    ["no number", () => run(tx.MsgConfigureMinter, { from: CONTROLLER, allowance: "-1" }), ISSUER, 22],
    [
      "above 256 bits",
      () => run(tx.MsgConfigureMinter, { from: CONTROLLER, allowance: (2n ** 256n).toString() }),
      ISSUER,
      22,
    ],
    ["no parameters", () => run(tx.MsgUpdateParams, { authority: AUTHORITY }), "sdk", 18],
    [
      "another denomination",
      () => run(tx.MsgUpdateParams, { authority: AUTHORITY, params: { ...DEFAULT_PARAMS, mintingDenom: "ueurc" } }),
      "sdk",
      18,
    ],
    [
      "a malformed role",
      () => run(tx.MsgUpdateParams, { authority: AUTHORITY, params: { ...DEFAULT_PARAMS, pauser: "x" } }),
      "sdk",
      18,
    ],
  ])("error: %s", (_name, work, codespace, code) => {
    expect(work()).toMatchObject({ codespace, code });
  });
});

describe("books", () => {
  const brokenBooks = () =>
    world.module.invariants?.map(({ check }) => check(world.ctx)).find((it) => it !== undefined);

  test("behavior: the supply is what mints and burns explain, whatever was minted and burned", () => {
    const step = fc.tuple(fc.boolean(), fc.bigInt({ min: 1n, max: 1000n }), fc.integer({ min: 0, max: 3 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        world = newWorld();
        let supply = 0n;
        for (const [isMint, amount, remoteDomain] of steps) {
          const coin = { denom: "uusdc", amount };
          if (isMint) world.keeper.mint(world.ctx, { recipient: moduleAddress(MINTER), coin, remoteDomain });
          else if (amount <= supply) world.keeper.burn(world.ctx, { coin, remoteDomain, depositor: USER });
          else continue;
          supply += isMint ? amount : -amount;
        }
        expect(world.bank.supply(world.ctx, "uusdc")).toBe(supply);
        expect(brokenBooks()).toBeUndefined();
        const exported = world.genesis.export(world.ctx);
        world.genesis.validate(exported);
        world.genesis.init(world.ctx, exported);
        expect(world.genesis.export(world.ctx)).toEqual(exported);
        expect(brokenBooks()).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });

  test("error: money that nobody minted", () => {
    world.bank.mintCoins(world.ctx, "treasury", [{ denom: "uusdc", amount: 1n }]);
    expect(brokenBooks()).toContain("mints and burns explain 0");
  });
});

describe("genesis", () => {
  const valid = () => world.genesis.defaultGenesis();
  test.each<[string, () => GenesisState]>([
    ["no parameters", () => ({ ...valid(), params: undefined })],
    ["a malformed denomination", () => ({ ...valid(), params: { ...DEFAULT_PARAMS, mintingDenom: "!" } })],
    ["a malformed role", () => ({ ...valid(), params: { ...DEFAULT_PARAMS, pauser: "x" } })],
    ["a malformed allowance", () => ({ ...valid(), mintAllowance: "many" })],
    ["an address twice", () => ({ ...valid(), blacklist: [text(1), text(1)] })],
    ["a malformed address", () => ({ ...valid(), blacklist: ["x"] })],
    [
      "domains out of order",
      () => ({ ...valid(), remoteDomains: [2, 1].map((domain) => ({ domain, minted: "0", burned: "0" })) }),
    ],
    ["a malformed count", () => ({ ...valid(), remoteDomains: [{ domain: 1, minted: "-1", burned: "0" }] })],
  ])("error: %s", (_name, genesis) => {
    expect(() => world.genesis.validate(genesis())).toThrow();
  });

  test("error: more was minted than the supply explains", () => {
    const remoteDomains = [{ domain: 1, minted: "5", burned: "0" }];
    expect(() => world.genesis.init(world.ctx, { ...valid(), remoteDomains })).toThrow("the supply explain");
  });
});
