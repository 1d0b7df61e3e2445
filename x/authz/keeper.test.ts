// Cases: what a block forgets and how much; any sequence of grants, revocations, executions and blocks against a model; that
// the invariants see what is broken; genesis.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GenericAuthorization } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import { GenesisState } from "../../gen/cosmos/authz/v1beta1/genesis.ts";
import { MsgMultiSend, MsgSend, MsgSetSendEnabled } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { coinsToProto, parseCoins } from "../../src/codec/coins.ts";
import { timestampFromNs } from "../../src/codec/time.ts";
import { AUTHZ, grantKey, queueKey } from "./keys.ts";
import { ModuleWorld, START_NS, testAddress, testAddressText } from "./testing/moduleWorld.ts";

const SECOND = 1_000_000_000n;
const URLS = [MsgSend, MsgMultiSend, MsgSetSendEnabled].map((codec) => `/${codec.$type}`);
const SEND = URLS[0]!;

function generic(msg: string) {
  return { typeUrl: `/${GenericAuthorization.$type}`, value: GenericAuthorization.encode({ msg }).finish() };
}

function grant(world: ModuleWorld, who: readonly [number, number], url: string, endNs?: bigint) {
  return world.run((ctx) =>
    world.authz.saveGrant(ctx, {
      granter: testAddress(who[0]),
      grantee: testAddress(who[1]),
      authorization: generic(url),
      expiration: endNs === undefined ? undefined : timestampFromNs(endNs),
    }),
  ).failure;
}

function beginBlock(world: ModuleWorld, timeNs: bigint): void {
  world.timeNs = timeNs;
  world.run((ctx) => world.modules.find(({ name }) => name === AUTHZ)?.beginBlock?.(ctx));
}

function countGrants(world: ModuleWorld): number {
  return [...world.authz.grantStore(world.context()).iterate()].length;
}

describe("expiry", () => {
  test("default: a block forgets what ended before it, 200 at most, the earliest first", () => {
    const world = ModuleWorld.started();
    for (let byte = 10; byte < 250; byte++) {
      expect(grant(world, [1, byte], SEND, START_NS + BigInt(byte) * SECOND)).toBeUndefined();
    }
    expect(grant(world, [1, 2], SEND)).toBeUndefined();
    beginBlock(world, START_NS + 1000n * SECOND);
    expect(countGrants(world)).toBe(41);
    const left = { granter: testAddress(1), msgTypeUrl: SEND };
    expect(world.authz.getGrant(world.context(), { ...left, grantee: testAddress(209) })).toBeUndefined();
    expect(world.authz.getGrant(world.context(), { ...left, grantee: testAddress(210) })).toBeDefined();
    expect(world.broken()).toEqual([]);
    beginBlock(world, START_NS + 1001n * SECOND);
    expect(countGrants(world)).toBe(1);
    expect(world.broken()).toEqual([]);
  });

  test("behavior: a grant that waits to be forgotten can be replaced and revoked", () => {
    const world = ModuleWorld.started();
    grant(world, [1, 2], SEND, START_NS + SECOND);
    grant(world, [1, 3], SEND, START_NS + SECOND);
    world.timeNs = START_NS + 2n * SECOND;
    expect(grant(world, [1, 2], SEND, START_NS + 9n * SECOND)).toBeUndefined();
    const id = { granter: testAddress(1), grantee: testAddress(3), msgTypeUrl: SEND };
    expect(world.run((ctx) => world.authz.deleteGrant(ctx, id)).failure).toBeUndefined();
    beginBlock(world, START_NS + 3n * SECOND);
    expect(countGrants(world)).toBe(1);
    expect(world.broken()).toEqual([]);
  });
});

const pair = fc.constantFrom<readonly [number, number]>([1, 2], [2, 1], [1, 3], [3, 1]);
const url = fc.constantFrom(...URLS);
const step = fc.oneof(
  fc.record({
    act: fc.constant("grant" as const),
    pair,
    url,
    seconds: fc.option(fc.bigInt(-1n, 6n), { nil: undefined }),
  }),
  fc.record({ act: fc.constant("revoke" as const), pair, url }),
  fc.record({ act: fc.constant("exec" as const), pair }),
  fc.record({ act: fc.constant("block" as const), seconds: fc.bigInt(0n, 3n) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Ends of grants; undefined is without end. */
type Model = Map<string, bigint | undefined>;

/** The code that a step must be refused with, as (codespace, code); the model follows when it is not. */
function predict(model: Model, next: Step, nowNs: bigint): readonly [string, number] | undefined {
  if (next.act === "block") return undefined;
  const key = `${next.pair} ${next.act === "exec" ? SEND : next.url}`;
  const endNs = model.get(key);
  switch (next.act) {
    case "grant": {
      const newEndNs = next.seconds === undefined ? undefined : nowNs + next.seconds * SECOND;
      if (newEndNs !== undefined && newEndNs <= nowNs) return ["authz", 3];
      model.set(key, newEndNs);
      return undefined;
    }
    case "revoke":
      return model.delete(key) ? undefined : ["authz", 2];
    case "exec":
      if (!model.has(key)) return ["authz", 2];
      return endNs !== undefined && endNs < nowNs ? ["authz", 6] : undefined;
  }
}

function execute(world: ModuleWorld, next: Exclude<Step, { act: "block" }>) {
  const [granter, grantee] = [testAddress(next.pair[0]), testAddress(next.pair[1])];
  if (next.act === "grant") {
    return grant(
      world,
      next.pair,
      next.url,
      next.seconds === undefined ? undefined : world.timeNs + next.seconds * SECOND,
    );
  }
  if (next.act === "revoke") {
    return world.run((ctx) => world.authz.deleteGrant(ctx, { granter, grantee, msgTypeUrl: next.url })).failure;
  }
  const value = MsgSend.encode({
    fromAddress: testAddressText(next.pair[0]),
    toAddress: testAddressText(9),
    amount: coinsToProto(parseCoins("1uusdc")),
  }).finish();
  return world.run((ctx) => world.authz.execute(ctx, grantee, [{ typeUrl: SEND, value }])).failure;
}

describe("sequences", () => {
  test("behavior: grants agree with a model, and the invariants hold after each step", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const world = ModuleWorld.started();
        for (const byte of [2, 3]) {
          world.run((ctx) => world.bank.sendCoins(ctx, testAddress(1), testAddress(byte), parseCoins("1000uusdc")));
        }
        const model: Model = new Map();
        for (const next of steps) {
          if (next.act === "block") {
            beginBlock(world, world.timeNs + next.seconds * SECOND);
            for (const [key, endNs] of [...model]) if (endNs !== undefined && endNs < world.timeNs) model.delete(key);
          } else {
            const refusal = predict(model, next, world.timeNs);
            const failure = execute(world, next);
            expect(failure === undefined ? undefined : [failure.codespace, failure.code]).toEqual(refusal);
          }
          expect(countGrants(world)).toBe(model.size);
          expect(world.broken()).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("invariants", () => {
  const end = timestampFromNs(START_NS + SECOND);
  const [granter, grantee] = [testAddress(1), testAddress(2)];

  test.each([
    ["a grant that is not in the queue", queueKey(end, granter, grantee), undefined],
    ["a queue that lists a grant that is gone", grantKey(granter, grantee, SEND), undefined],
    ["a queue that lists what was never granted", queueKey(end, grantee, granter), Uint8Array.of(10, 1, 65)],
  ])("error: %s is seen", (_name, key, value) => {
    const world = ModuleWorld.started();
    grant(world, [1, 2], SEND, START_NS + SECOND);
    expect(world.broken()).toEqual([]);
    const store = world.context().stores.store(AUTHZ);
    if (value === undefined) store.delete(key);
    else store.set(key, value);
    expect(world.broken().some((problem) => problem.startsWith("authz/queue: "))).toBe(true);
  });
});

describe("genesis", () => {
  const genesisOf = (world: ModuleWorld) => world.modules.find(({ name }) => name === AUTHZ)!.genesis!;
  const entry = (granter: number, grantee: number, seconds?: bigint) => ({
    granter: testAddressText(granter),
    grantee: testAddressText(grantee),
    authorization: generic(SEND),
    expiration: seconds === undefined ? undefined : timestampFromNs(START_NS + seconds * SECOND),
  });
  const start = (state: GenesisState) => {
    const world = new ModuleWorld();
    genesisOf(world).validate(state);
    genesisOf(world).init(world.context("genesis"), state);
    return world;
  };

  test("default: export gives what init took", () => {
    const state = { authorization: [entry(1, 2), entry(1, 3, 5n), entry(2, 1, 5n)] };
    const world = start(state);
    expect(genesisOf(world).export(world.context())).toEqual(state);
    expect(GenesisState.decode(GenesisState.encode(state).finish())).toEqual(state);
    expect(world.broken()).toEqual([]);
    expect(genesisOf(world).export(new ModuleWorld().context())).toEqual(genesisOf(world).defaultGenesis());
  });

  test("behavior: what has ended is left out", () => {
    const world = start({ authorization: [entry(1, 2, 0n), entry(1, 3, -5n), entry(2, 1, 1n)] });
    expect(genesisOf(world).export(world.context())).toEqual({ authorization: [entry(2, 1, 1n)] });
  });

  test.each([
    ["no grantee", { ...entry(1, 2), grantee: "" }, "authorization 1: missing grantee"],
    ["no granter", { ...entry(1, 2), granter: "" }, "authorization 1: missing granter"],
    ["a bad address", { ...entry(1, 2), granter: "x" }, "invalid bech32 string length 1"],
    ["no authorization", { ...entry(1, 2), authorization: undefined }, "authorization is missing"],
    [
      "an unknown kind",
      { ...entry(1, 2), authorization: { typeUrl: "/x", value: new Uint8Array(0) } },
      "unknown authorization type",
    ],
    ["an authorization of nothing", { ...entry(1, 2), authorization: generic("") }, "msg type cannot be empty"],
    ["the same twice", entry(3, 1), "authorization 1: there is one already"],
    ["an impossible time", { ...entry(1, 2), expiration: { seconds: 1n << 60n, nanos: 0 } }, "expiration: "],
  ])("error: %s", (_name, broken, text) => {
    expect(() => start({ authorization: [entry(3, 1), broken] })).toThrow(text);
  });
});
