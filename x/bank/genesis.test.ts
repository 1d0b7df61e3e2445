// Cases: export gives what init took, in the same order on every machine; each row of the refusals breaks one thing.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GenesisState } from "../../gen/cosmos/bank/v1beta1/genesis.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { compareBytes, toHex } from "../../src/codec/bytes.ts";
import { ModuleWorld, testAddressText } from "../authz/testing/moduleWorld.ts";

function genesisOf(world: ModuleWorld) {
  const { genesis } = world.modules.find(({ name }) => name === "bank")!;
  return genesis!;
}

function start(state: GenesisState): ModuleWorld {
  const world = new ModuleWorld();
  genesisOf(world).validate(state);
  genesisOf(world).init(world.context("genesis"), state);
  return world;
}

function exported(world: ModuleWorld): GenesisState {
  return genesisOf(world).export(world.context()) as GenesisState;
}

const STATE: GenesisState = {
  params: { sendEnabled: [], defaultSendEnabled: false },
  balances: [
    {
      address: testAddressText(1),
      coins: [
        { denom: "stake", amount: "5" },
        { denom: "uusdc", amount: "7" },
      ],
    },
    { address: testAddressText(2), coins: [{ denom: "uusdc", amount: "3" }] },
  ],
  supply: [
    { denom: "stake", amount: "5" },
    { denom: "uusdc", amount: "10" },
  ],
  denomMetadata: [
    {
      ...{ name: "Stake", symbol: "STK", base: "stake", display: "stake", description: "d", uri: "u", uriHash: "h" },
      denomUnits: [{ denom: "stake", exponent: 0, aliases: [] }],
    },
  ],
  sendEnabled: [
    { denom: "frozen", enabled: false },
    { denom: "stake", enabled: true },
  ],
};

describe("genesis", () => {
  test("default: export gives what init took", () => {
    const world = start(STATE);
    expect(exported(world)).toEqual(STATE);
    expect(world.broken()).toEqual([]);
  });

  test("behavior: the default genesis is valid and comes back", () => {
    const world = new ModuleWorld();
    const state = genesisOf(world).defaultGenesis() as GenesisState;
    expect(exported(start(state))).toEqual(state);
  });

  test("behavior: a supply that is left out is computed; balances come out in the order of addresses", () => {
    const state = { ...STATE, balances: [...STATE.balances].reverse(), supply: [] };
    expect(exported(start(state))).toEqual(STATE);
  });

  test("behavior: entries in the parameters, as old genesis files have them, move to their own field", () => {
    const state = {
      ...STATE,
      params: { defaultSendEnabled: false, sendEnabled: STATE.sendEnabled },
      sendEnabled: [],
    };
    expect(exported(start(state))).toEqual(STATE);
  });

  test("behavior: any balances: same state from any order, and export of import is a fixed point", () => {
    const amount = fc.bigInt(1n, (1n << 200n) - 1n).map(String);
    const coins = fc
      .uniqueArray(fc.constantFrom("atom", "ibc/27394", "stake", "uusdc"), { minLength: 1 })
      .chain((denoms) => fc.tuple(...denoms.sort().map((denom) => amount.map((value) => ({ denom, amount: value })))));
    const balances = fc.uniqueArray(fc.record({ bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }), coins }), {
      maxLength: 12,
      selector: ({ bytes }) => toHex(bytes),
    });
    fc.assert(
      fc.property(balances, (list) => {
        const toState = (entries: typeof list): GenesisState => ({
          ...STATE,
          supply: [],
          balances: entries.map(({ bytes, coins: own }) => ({ address: encodeAddress(bytes), coins: own })),
        });
        const world = start(toState(list));
        const other = start(toState([...list].reverse()));
        expect(world.dump()).toEqual(other.dump());
        expect(world.broken()).toEqual([]);
        const again = exported(world);
        expect(exported(start(again))).toEqual(again);
        // Keys carry the length of the address in front, so that short ones come first.
        const order = [...list].map(({ bytes }) => Uint8Array.of(bytes.length, ...bytes)).sort(compareBytes);
        expect(again.balances.map(({ address }) => address)).toEqual(
          order.map((bytes) => encodeAddress(bytes.subarray(1))),
        );
      }),
      { numRuns: 50 },
    );
  });

  const [first, second] = STATE.balances as [GenesisState["balances"][0], GenesisState["balances"][0]];
  const [metadata] = STATE.denomMetadata as [GenesisState["denomMetadata"][0]];
  test.each<[string, Partial<GenesisState>, string]>([
    ["an address twice", { balances: [first, first] }, "duplicate balance for address"],
    [
      "an address twice, once in upper case",
      { balances: [first, { ...first, address: first.address.toUpperCase() }] },
      "duplicate balance for address",
    ],
    ["a bad address", { balances: [{ ...second, address: "x" }] }, "invalid bech32 string length 1"],
    ["unsorted coins", { balances: [{ ...first, coins: [...first.coins].reverse() }] }, "is not sorted"],
    ["a zero coin", { balances: [{ ...second, coins: [{ denom: "uusdc", amount: "0" }] }] }, "amount is not positive"],
    [
      "a text for an amount",
      { balances: [{ ...second, coins: [{ denom: "uusdc", amount: "x" }] }] },
      "invalid coin amount",
    ],
    [
      "a supply that is too small",
      {
        supply: [
          { denom: "stake", amount: "5" },
          { denom: "uusdc", amount: "9" },
        ],
      },
      "genesis supply is incorrect, expected 5stake,9uusdc, got 5stake,10uusdc",
    ],
    ["a supply with less denominations", { supply: [{ denom: "uusdc", amount: "10" }] }, "genesis supply is incorrect"],
    ["a zero supply", { supply: [{ denom: "a00", amount: "0" }] }, "supply: "],
    [
      "balances that pass 2^256 - 1",
      {
        supply: [],
        balances: [first, { ...second, coins: [{ denom: "stake", amount: ((1n << 256n) - 1n).toString() }] }],
      },
      "exceeds 2^256 - 1",
    ],
    [
      "send-enabled twice",
      { sendEnabled: [STATE.sendEnabled[0]!, STATE.sendEnabled[0]!] },
      "duplicate send enabled for denom frozen",
    ],
    ["send-enabled of a bad denomination", { sendEnabled: [{ denom: "?", enabled: true }] }, "invalid denom: ?"],
    [
      "send-enabled in two places",
      { params: { defaultSendEnabled: true, sendEnabled: STATE.sendEnabled } },
      "send_enabled defined in both",
    ],
    ["metadata twice", { denomMetadata: [metadata, metadata] }, "duplicate client metadata for denom stake"],
    ["bad metadata", { denomMetadata: [{ ...metadata, symbol: "" }] }, "symbol field cannot be blank"],
  ])("error: %s", (_name, broken, text) => {
    expect(() => start({ ...STATE, ...broken })).toThrow(text);
  });
});

test("behavior: the state survives its own encoding", () => {
  expect(GenesisState.decode(GenesisState.encode(STATE).finish())).toEqual(STATE);
});
