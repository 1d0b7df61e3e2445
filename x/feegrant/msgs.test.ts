// Cases: granting, using, revoking and pruning, with their events; each refusal by the error that wins; what expires, and
// how much of it a block forgets; queries and their pages; genesis and back.

import { describe, expect, test } from "vitest";
import { AllowedMsgAllowance, BasicAllowance, Grant } from "../../gen/cosmos/feegrant/v1beta1/feegrant.ts";
import type { GenesisState } from "../../gen/cosmos/feegrant/v1beta1/genesis.ts";
import {
  QueryAllowanceRequest,
  QueryAllowanceResponse,
  QueryAllowancesByGranterRequest,
  QueryAllowancesByGranterResponse,
  QueryAllowancesRequest,
  QueryAllowancesResponse,
} from "../../gen/cosmos/feegrant/v1beta1/query.ts";
import { MsgGrantAllowance, MsgPruneAllowances, MsgRevokeAllowance } from "../../gen/cosmos/feegrant/v1beta1/tx.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { coinsToProto, parseCoins } from "../../src/codec/coins.ts";
import { timestampFromNs } from "../../src/codec/time.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import { ModuleWorld, START_NS, testAddress, testAddressText } from "../authz/testing/moduleWorld.ts";
import { FeegrantKeeper } from "./keeper.ts";
import { FEEGRANT } from "./keys.ts";
import { feegrantModule } from "./module.ts";

const [A, B, C] = [1, 2, 3].map(testAddressText) as [string, string, string];
const SEND = "/cosmos.bank.v1beta1.MsgSend";
const SECOND = 1_000_000_000n;

function newWorld() {
  let keeper: FeegrantKeeper | undefined;
  const world = ModuleWorld.started({
    storeNames: [FEEGRANT],
    make: ({ accounts, bank }) => {
      keeper = new FeegrantKeeper(accounts, bank);
      return [feegrantModule(keeper)];
    },
  });
  if (keeper === undefined) throw new Error("the world makes its modules at once");
  return { world, keeper };
}

type World = ModuleWorld;

function basicAny(limit: string, endsNs?: bigint): Any {
  const expiration = endsNs === undefined ? undefined : timestampFromNs(endsNs);
  const message = { spendLimit: coinsToProto(parseCoins(limit)), expiration };
  return { typeUrl: `/${BasicAllowance.$type}`, value: BasicAllowance.encode(message).finish() };
}

function filteredAny(allowedMessages: string[], allowance: Any | undefined): Any {
  const message = AllowedMsgAllowance.encode({ allowance, allowedMessages });
  return { typeUrl: `/${AllowedMsgAllowance.$type}`, value: message.finish() };
}

function grant(world: World, allowance: Any | undefined, granter = A, grantee = B) {
  return world.send(`/${MsgGrantAllowance.$type}`, MsgGrantAllowance.encode({ granter, grantee, allowance }).finish());
}

function revoke(world: World, granter = A, grantee = B) {
  return world.send(`/${MsgRevokeAllowance.$type}`, MsgRevokeAllowance.encode({ granter, grantee }).finish());
}

function prune(world: World) {
  return world.send(`/${MsgPruneAllowances.$type}`, MsgPruneAllowances.encode({ pruner: C }).finish());
}

function spend({ world, keeper }: ReturnType<typeof newWorld>, fee: string, typeUrl = SEND) {
  return world.run((ctx) =>
    keeper.useGrantedFees(ctx, {
      granter: testAddress(1),
      grantee: testAddress(2),
      fee: parseCoins(fee),
      messages: [{ typeUrl, bytes: new Uint8Array(0), value: {}, signers: [] }],
    }),
  );
}

const hasGrant = ({ world, keeper }: ReturnType<typeof newWorld>, grantee = 2) =>
  keeper.getGrant(world.context(), testAddress(1), testAddress(grantee)) !== undefined;
const typesOf = ({ events }: { readonly events: readonly { type: string }[] }) => events.map(({ type }) => type);
const endBlock = (world: World) => world.run((ctx) => world.modules.at(-1)?.endBlock?.(ctx));

describe("granting", () => {
  test("default: an allowance stands, and an event says whose for whom", () => {
    const made = newWorld();
    const { failure, events } = grant(made.world, basicAny("10uusdc"));
    expect(failure).toBeUndefined();
    expect(events).toMatchObject([
      {
        type: "set_feegrant",
        attributes: [
          { key: "granter", value: A },
          { key: "grantee", value: B },
        ],
      },
    ]);
    expect(hasGrant(made)).toBe(true);
  });

  test("behavior: a grantee without an account gets one", () => {
    const { world } = newWorld();
    expect(world.accounts.hasAccount(world.context(), testAddress(3))).toBe(false);
    expect(grant(world, basicAny(""), A, C).failure).toBeUndefined();
    expect(world.accounts.hasAccount(world.context(), testAddress(3))).toBe(true);
  });

  test.each<[string, Any | undefined, string, string, string, number, string]>([
    ["a malformed grantee", basicAny(""), A, "x", "sdk", 7, "invalid address"],
    ["a malformed granter", basicAny(""), "x", B, "sdk", 7, "invalid address"],
    ["oneself", basicAny(""), A, A, "sdk", 7, "cannot self-grant fee authorization"],
    ["no allowance", undefined, A, B, "feegrant", 5, "allowance should not be empty"],
    ["an unknown kind", { typeUrl: "/x.Y", value: new Uint8Array(0) }, A, B, "sdk", 34, "/x.Y is not a fee allowance"],
    [
      "a filter in a filter",
      filteredAny([SEND], filteredAny([SEND], basicAny(""))),
      A,
      B,
      "feegrant",
      5,
      "do not nest",
    ],
    ["a filter of nothing", filteredAny([SEND], undefined), A, B, "feegrant", 5, "allowance should not be empty"],
    ["a filter without messages", filteredAny([], basicAny("")), A, B, "feegrant", 6, "allowed messages are empty"],
    ["an end that has passed", basicAny("", START_NS - 1n), A, B, "sdk", 18, "expiration is before current block time"],
  ])("error: %s", (_what, allowance, granter, grantee, codespace, code, text) => {
    const { world } = newWorld();
    const before = world.dump();
    const { failure } = grant(world, allowance, granter, grantee);
    expect(failure).toMatchObject({ codespace, code });
    expect(failure?.log).toContain(text);
    expect(world.dump()).toEqual(before);
  });

  test("error: one that is there already, and a blocked grantee", () => {
    const { world } = newWorld();
    grant(world, basicAny(""));
    expect(grant(world, basicAny("5uusdc")).failure).toMatchObject({ code: 18 });
    const fresh = new ModuleWorld({
      storeNames: [FEEGRANT],
      make: ({ accounts, bank }) => [feegrantModule(new FeegrantKeeper(accounts, bank))],
    });
    const blocked = encodeAddress(moduleAddress("gov"));
    expect(grant(fresh, basicAny(""), A, blocked).failure).toMatchObject({ codespace: "sdk", code: 4 });
  });
});

describe("using", () => {
  test("default: a fee is taken off, and the last of it ends the allowance", () => {
    const made = newWorld();
    grant(made.world, basicAny("10uusdc"));
    expect(typesOf(spend(made, "4uusdc"))).toEqual(["use_feegrant", "update_feegrant"]);
    expect(spend(made, "7uusdc").failure).toMatchObject({ codespace: "feegrant", code: 2 });
    expect(typesOf(spend(made, "6uusdc"))).toEqual(["revoke_feegrant", "use_feegrant"]);
    expect(hasGrant(made)).toBe(false);
    expect(spend(made, "1uusdc").failure).toMatchObject({
      codespace: "sdk",
      code: 38,
      log: "fee-grant not found: not found",
    });
  });

  test("behavior: comparing message types costs gas, a refusal leaves the allowance", () => {
    const made = newWorld();
    const plain = newWorld();
    grant(plain.world, basicAny("10uusdc"));
    grant(made.world, filteredAny([SEND, "/x", "/y"], basicAny("10uusdc")));
    expect(spend(made, "1uusdc", "/z").failure).toMatchObject({ codespace: "feegrant", code: 7 });
    // Three that are allowed and one message; the rest of the difference is the longer grant in the store.
    expect(spend(made, "1uusdc").gas - spend(plain, "1uusdc").gas).toBeGreaterThanOrEqual(40n);
    expect(spend(made, "9uusdc").failure).toBeUndefined();
    expect(hasGrant(made)).toBe(false);
  });
});

describe("revoking", () => {
  test("default: the allowance is gone with its place in the queue, and can be granted anew", () => {
    const made = newWorld();
    grant(made.world, basicAny("10uusdc", START_NS + SECOND));
    expect(typesOf(revoke(made.world))).toEqual(["revoke_feegrant"]);
    grant(made.world, basicAny("10uusdc"));
    made.world.timeNs += 10n * SECOND;
    endBlock(made.world);
    expect(hasGrant(made)).toBe(true);
  });

  test.each([
    ["none is there", A, C, "sdk", 38, "fee-grant not found: not found"],
    ["oneself", A, A, "sdk", 7, "addresses must be different"],
    ["a malformed address", A, "x", "sdk", 7, "invalid address"],
  ])("error: %s", (_what, granter, grantee, codespace, code, text) => {
    const { world } = newWorld();
    const { failure } = revoke(world, granter, grantee);
    expect(failure).toMatchObject({ codespace, code });
    expect(failure?.log).toContain(text);
  });
});

describe("expiry", () => {
  test("behavior: an allowance holds until its end, and is forgotten in the block after", () => {
    const made = newWorld();
    grant(made.world, basicAny("10uusdc", START_NS + SECOND));
    made.world.timeNs = START_NS + SECOND;
    expect(spend(made, "1uusdc").failure).toBeUndefined();
    endBlock(made.world);
    expect(hasGrant(made)).toBe(true);
    made.world.timeNs += 1n;
    expect(spend(made, "1uusdc").failure).toMatchObject({ codespace: "feegrant", code: 3 });
    expect(hasGrant(made)).toBe(true);
    endBlock(made.world);
    expect(hasGrant(made)).toBe(false);
  });

  test("behavior: one that is used keeps its end; one without an end stays", () => {
    const made = newWorld();
    grant(made.world, basicAny("10uusdc", START_NS + SECOND));
    grant(made.world, basicAny("10uusdc"), A, C);
    spend(made, "1uusdc");
    made.world.timeNs += 2n * SECOND;
    endBlock(made.world);
    expect([hasGrant(made, 2), hasGrant(made, 3)]).toEqual([false, true]);
  });

  test("behavior: a block forgets 200, a message 75, the oldest first", () => {
    const { world, keeper } = newWorld();
    const grantee = (index: number) =>
      new Uint8Array(20)
        .fill(9)
        .with(0, index % 256)
        .with(1, index >>> 8);
    for (let index = 0; index < 300; index += 1) {
      const allowance = basicAny("", START_NS + BigInt(300 - index));
      expect(grant(world, allowance, A, encodeAddress(grantee(index))).failure).toBeUndefined();
    }
    const left = () => [...keeper.grantStore(world.context()).iterate()].length;
    world.timeNs += SECOND;
    expect(prune(world).events).toMatchObject([{ type: "prune_feegrant", attributes: [{ key: "pruner", value: C }] }]);
    expect(left()).toBe(225);
    // The last to be granted ended first.
    const granted = (index: number) => keeper.getGrant(world.context(), testAddress(1), grantee(index)) !== undefined;
    expect([granted(224), granted(225)]).toEqual([true, false]);
    endBlock(world);
    expect(left()).toBe(25);
    endBlock(world);
    expect(left()).toBe(0);
  });
});

describe("queries", () => {
  const QUERY = "/cosmos.feegrant.v1beta1.Query";

  function filled() {
    const { world } = newWorld();
    grant(world, basicAny("1uusdc"), A, B);
    grant(world, basicAny("2uusdc"), A, C);
    grant(world, basicAny("3uusdc"), B, C);
    return world;
  }

  const partsOf = (grants: readonly Grant[]) => grants.map(({ granter, grantee }) => [granter, grantee]);

  test("default: one, all of a grantee, all of a granter", () => {
    const world = filled();
    const one = world.ask(`${QUERY}/Allowance`, QueryAllowanceRequest.encode({ granter: A, grantee: C }).finish());
    expect(QueryAllowanceResponse.decode(one).allowance).toMatchObject({ granter: A, grantee: C });
    const ofGrantee = QueryAllowancesRequest.encode({ grantee: C, pagination: undefined }).finish();
    const toC = QueryAllowancesResponse.decode(world.ask(`${QUERY}/Allowances`, ofGrantee));
    expect(partsOf(toC.allowances)).toEqual([
      [A, C],
      [B, C],
    ]);
    expect(toC.pagination?.total).toBe(2n);
    const ofGranter = QueryAllowancesByGranterRequest.encode({ granter: A, pagination: undefined }).finish();
    const byA = QueryAllowancesByGranterResponse.decode(world.ask(`${QUERY}/AllowancesByGranter`, ofGranter));
    expect(partsOf(byA.allowances)).toEqual([
      [A, B],
      [A, C],
    ]);
  });

  test("behavior: pages of one follow each other", () => {
    const world = filled();
    const first = QueryAllowancesRequest.fromPartial({ grantee: C, pagination: { limit: 1n } });
    const page = QueryAllowancesResponse.decode(
      world.ask(`${QUERY}/Allowances`, QueryAllowancesRequest.encode(first).finish()),
    );
    expect(partsOf(page.allowances)).toEqual([[A, C]]);
    const second = QueryAllowancesRequest.fromPartial({
      grantee: C,
      pagination: { key: page.pagination?.nextKey ?? new Uint8Array(0) },
    });
    const rest = QueryAllowancesResponse.decode(
      world.ask(`${QUERY}/Allowances`, QueryAllowancesRequest.encode(second).finish()),
    );
    expect(partsOf(rest.allowances)).toEqual([[B, C]]);
    expect(rest.pagination?.nextKey).toHaveLength(0);
  });

  test.each([
    ["Allowance", QueryAllowanceRequest.encode({ granter: C, grantee: A }).finish(), 5, "fee-grant not found"],
    ["Allowance", QueryAllowanceRequest.encode({ granter: "x", grantee: A }).finish(), 3, "invalid address"],
    [
      "Allowances",
      QueryAllowancesRequest.encode({ grantee: "x", pagination: undefined }).finish(),
      3,
      "invalid address",
    ],
    [
      "AllowancesByGranter",
      QueryAllowancesByGranterRequest.encode({ granter: "", pagination: undefined }).finish(),
      3,
      "address",
    ],
  ])("error: %s, %#", (method, request, status, message) => {
    expect(() => filled().ask(`${QUERY}/${method}`, request)).toThrow(
      expect.objectContaining({ status, message: expect.stringContaining(message) }),
    );
  });
});

describe("genesis", () => {
  function genesisOf(world: World): ModuleGenesis<GenesisState> {
    const genesis = world.modules.at(-1)?.genesis;
    if (genesis === undefined) throw new Error("x/feegrant has a genesis");
    return genesis as ModuleGenesis<GenesisState>;
  }

  test("default: what is exported starts another chain, expiry included", () => {
    const { world } = newWorld();
    grant(world, basicAny("1uusdc", START_NS + SECOND), A, B);
    grant(world, filteredAny([SEND], basicAny("2uusdc")), A, C);
    const state = genesisOf(world).export(world.context());
    const other = newWorld();
    genesisOf(other.world).validate(state);
    other.world.run((ctx) => genesisOf(other.world).init(ctx, state));
    expect(genesisOf(other.world).export(other.world.context())).toEqual(state);
    other.world.timeNs += 2n * SECOND;
    endBlock(other.world);
    expect([hasGrant(other, 2), hasGrant(other, 3)]).toEqual([false, true]);
  });

  test.each<[string, Partial<Grant>[], string]>([
    ["a malformed address", [{ granter: "x", grantee: B, allowance: basicAny("") }], "invalid address"],
    ["no allowance", [{ granter: A, grantee: B }], "allowance should not be empty"],
    ["nonsense", [{ granter: A, grantee: B, allowance: filteredAny([], basicAny("")) }], "allowed messages are empty"],
    [
      "the same twice",
      [
        { granter: A, grantee: B, allowance: basicAny("") },
        { granter: A, grantee: B, allowance: basicAny("1uusdc") },
      ],
      "two fee allowances of",
    ],
  ])("error: %s", (_what, allowances, message) => {
    const { world } = newWorld();
    const state = { allowances: allowances.map((one) => Grant.fromPartial(one)) };
    expect(() => genesisOf(world).validate(state)).toThrow(message);
  });
});
