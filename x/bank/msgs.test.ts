// Cases: what the vectors of the SDK (sdkVectors.test.ts) do not show: limits of our own, amounts that cannot be decoded,
// addresses of any length, gas that runs out, and that a refusal moves nothing.

import { describe, expect, test } from "vitest";
import { MsgMultiSend, MsgSend, MsgSetSendEnabled, MsgUpdateParams } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { GasMeter } from "../../src/baseapp/gas.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { coinsToProto, parseCoins } from "../../src/codec/coins.ts";
import { GOV, ModuleWorld, testAddress, testAddressText } from "../authz/testing/moduleWorld.ts";

const A = testAddressText(1);
const B = testAddressText(2);
const coins = (text: string) => coinsToProto(parseCoins(text));

function sendTo(toAddress: string, amount = coins("5uusdc")) {
  const bytes = MsgSend.encode({ fromAddress: A, toAddress, amount }).finish();
  return (world: ModuleWorld) => world.send(`/${MsgSend.$type}`, bytes);
}

function multiSend(inputs: MsgMultiSend["inputs"], outputs: MsgMultiSend["outputs"]) {
  const bytes = MsgMultiSend.encode({ inputs, outputs }).finish();
  return (world: ModuleWorld) => world.send(`/${MsgMultiSend.$type}`, bytes);
}

function setSendEnabled(sendEnabled: MsgSetSendEnabled["sendEnabled"], useDefaultFor: string[] = [], authority = GOV) {
  const bytes = MsgSetSendEnabled.encode({ authority, sendEnabled, useDefaultFor }).finish();
  return (world: ModuleWorld) => world.send(`/${MsgSetSendEnabled.$type}`, bytes);
}

const manyOutputs = (count: number) => Array.from({ length: count }, () => ({ address: B, coins: coins("1uusdc") }));
const denoms = (count: number) => Array.from({ length: count }, (_, index) => `denom${index}`);

describe("accepted", () => {
  test.each([1, 20, 32, 255])("behavior: a recipient of %i bytes", (length) => {
    const world = ModuleWorld.started();
    const to = new Uint8Array(length).fill(77);
    expect(sendTo(encodeAddress(to))(world).failure).toBeUndefined();
    expect(world.bank.balances(world.context(), to)).toEqual(parseCoins("5uusdc"));
    expect(world.broken()).toEqual([]);
  });

  test("behavior: bech32 in upper case is the same account", () => {
    const world = ModuleWorld.started();
    expect(sendTo(B.toUpperCase())(world).failure).toBeUndefined();
    expect(world.balances(2)).toEqual(parseCoins("12uusdc"));
  });

  test("behavior: a thousand outputs", () => {
    const world = ModuleWorld.started();
    const run = multiSend([{ address: A, coins: coins("1000uusdc") }], manyOutputs(1000));
    expect(run(world).failure).toBeUndefined();
    expect(world.balances(2)).toEqual(parseCoins("1007uusdc"));
  });

  test("behavior: what is set and given back at once ends with the default", () => {
    const world = ModuleWorld.started();
    const run = setSendEnabled([{ denom: "stake", enabled: false }], ["stake"]);
    expect(run(world).failure).toBeUndefined();
    expect(world.bank.getSendEnabled(world.context(), "stake")).toBeUndefined();
    expect(world.bank.isSendEnabled(world.context(), "stake")).toBe(true);
  });
});

describe("refused", () => {
  test.each([
    ["an amount that is no integer", sendTo(B, [{ denom: "uusdc", amount: "0x5" }]), 2, "amount of a coin"],
    [
      "an amount above 2^256 - 1",
      sendTo(B, [{ denom: "uusdc", amount: (1n << 256n).toString() }]),
      2,
      "amount of a coin",
    ],
    ["an address of 256 bytes", sendTo(`stateset1${"q".repeat(410)}`), 7, "invalid to address"],
    ["an address that is no text of ours", sendTo("\u0000\uffff"), 7, "invalid to address"],
    [
      "multi: an amount that is no integer",
      multiSend([{ address: A, coins: coins("1uusdc") }], [{ address: B, coins: [{ denom: "uusdc", amount: "" }] }]),
      ...([2, "amount of a coin"] as const),
    ],
    [
      "multi: more than a thousand outputs",
      multiSend([{ address: A, coins: coins("1001uusdc") }], manyOutputs(1001)),
      ...([18, "more than 1000 outputs"] as const),
    ],
    [
      "multi: outputs that pass 2^256 - 1",
      multiSend(
        [{ address: A, coins: coins("1uusdc") }],
        [
          { address: B, coins: coins(`${(1n << 256n) - 1n}uusdc`) },
          { address: B, coins: coins("2uusdc") },
        ],
      ),
      ...([10, "exceeds 2^256 - 1"] as const),
    ],
    [
      "enable: more than a thousand",
      setSendEnabled(
        denoms(600).map((denom) => ({ denom, enabled: true })),
        denoms(401),
      ),
      ...([18, "more than 1000 denominations"] as const),
    ],
  ])("error: %s", (_name, run, code, text) => {
    const world = ModuleWorld.started();
    const before = world.dump();
    const { failure, events } = run(world);
    expect(failure).toMatchObject({ codespace: "sdk", code });
    expect(failure?.log).toContain(text);
    expect(failure?.log.length).toBeLessThan(1000);
    expect(events).toEqual([]);
    expect(world.dump()).toEqual(before);
  });

  test("error: params without params", () => {
    const world = ModuleWorld.started();
    const bytes = MsgUpdateParams.encode({ authority: GOV, params: undefined }).finish();
    expect(world.send(`/${MsgUpdateParams.$type}`, bytes).failure).toMatchObject({ codespace: "sdk", code: 18 });
  });

  test("error: wherever gas runs out, nothing moves and the code is 11", () => {
    const world = ModuleWorld.started();
    const before = world.dump();
    const needed = Number(
      ModuleWorld.started().run((ctx) =>
        world.bank.sendCoins(ctx, testAddress(1), testAddress(9), parseCoins("5stake")),
      ).gas,
    );
    for (let limit = 0; limit < needed; limit += 97) {
      const gas = new GasMeter(BigInt(limit));
      const { failure } = world.run((ctx) =>
        world.bank.sendCoins(ctx.with({ gas }), testAddress(1), testAddress(9), parseCoins("5stake")),
      );
      expect(failure).toMatchObject({ codespace: "sdk", code: 11 });
      expect(world.dump()).toEqual(before);
    }
  });
});
