// Transactions whose messages are independent. Cases: the good ones stand and the bad one leaves nothing; what each says is
// in the data; malformed messages fail alone; out of gas takes the rest; all fail; the ante handler still decides for all;
// options that are unknown, twice or not empty are refused; without the option nothing changes; replay gives the same.

import { describe, expect, test } from "vitest";
import { MsgSend, MsgSendResponse } from "../gen/cosmos/bank/v1beta1/tx.ts";
import { TxMsgData } from "../gen/cosmos/base/abci/v1beta1/abci.ts";
import type { Any } from "../gen/google/protobuf/any.ts";
import { IndependentMessages, MessageFailure } from "../gen/stateset/tx/v1/tx.ts";
import { toHex } from "../src/codec/bytes.ts";
import { typeUrlOf } from "../src/codec/message.ts";
import { ErrUnknownExtensionOptions } from "../src/codec/sdkErrors.ts";
import type { ChainApp } from "./app.ts";
import { signTestTx } from "./testing/signTestTx.ts";
import { ADDRESSES, balanceOf, CHAIN_ID, KEYS, makeBlock, newChain, sendMessage } from "./testing/testChain.ts";

const OPTION: Any = { typeUrl: typeUrlOf(IndependentMessages), value: new Uint8Array(0) };
const [ALICE = "", BOB = ""] = ADDRESSES;
const FEE = 1_000n;

interface TxOptions {
  readonly options?: readonly Any[];
  readonly gasLimit?: bigint;
  readonly fee?: string;
  readonly sequence?: bigint;
}

function sends(amounts: readonly string[], { options = [OPTION], ...rest }: TxOptions = {}): Uint8Array {
  return signTestTx({
    chainId: CHAIN_ID,
    privKey: KEYS[0]!,
    accountNumber: 0n,
    sequence: 0n,
    messages: amounts.map((amount) => sendMessage(ALICE, BOB, amount)),
    fee: `${FEE}uusdc`,
    gasLimit: 500_000n,
    body: { extensionOptions: [...options] },
    ...rest,
  });
}

function run(app: ChainApp, tx: Uint8Array) {
  const [result] = makeBlock(app, [tx]).txResults;
  if (result === undefined) throw new Error("a block without results");
  return result;
}

/** `ok`, or the failure, of each message. */
function outcomes(data: Uint8Array): unknown[] {
  return TxMsgData.decode(data).msgResponses.map(({ typeUrl, value }) =>
    typeUrl === typeUrlOf(MsgSendResponse) ? "ok" : MessageFailure.decode(value),
  );
}

const INSUFFICIENT = expect.objectContaining({ codespace: "sdk", code: 5 });

describe("independent messages", () => {
  test("default: the good ones stand, the bad one leaves nothing", () => {
    const app = newChain();
    const result = run(app, sends(["100uusdc", "999999999uusdc", "200uusdc"]));
    expect(result.code).toBe(0);
    expect(outcomes(result.data)).toEqual(["ok", INSUFFICIENT, "ok"]);
    expect(balanceOf(app, 0)).toBe(1_000_000n - 300n - FEE);
    expect(balanceOf(app, 1)).toBe(1_000_300n);
    expect(app.brokenInvariants()).toEqual([]);
  });

  test("behavior: the failure is an event in the place of the message's events", () => {
    const { events } = run(newChain(), sends(["100uusdc", "999999999uusdc", "200uusdc"]));
    const indexOf = (attributes: readonly { key: string; value: string }[]) =>
      attributes.find(({ key }) => key === "msg_index")?.value;
    const ofSecond = events.filter(({ attributes }) => indexOf(attributes) === "1");
    expect(ofSecond.map(({ type }) => type)).toEqual(["stateset.tx.v1.EventMessageFailed"]);
    const attributes = ofSecond[0]?.attributes.map(({ key, value }) => [key, value]);
    expect(attributes).toEqual([
      ["action", `"${typeUrlOf(MsgSend)}"`],
      ["code", "5"],
      ["codespace", '"sdk"'],
      ["msg_index", "1"],
    ]);
    const places = events.map(({ attributes }) => indexOf(attributes)).filter((place) => place !== undefined);
    expect(places).toEqual([...places].sort());
  });

  test("behavior: a later message sees what an earlier one did, and not what a failed one tried", () => {
    const app = newChain();
    const result = run(app, sends(["900000uusdc", "900000uusdc", "90000uusdc"]));
    expect(outcomes(result.data)).toEqual(["ok", INSUFFICIENT, "ok"]);
    expect(balanceOf(app, 0)).toBe(1_000_000n - 990_000n - FEE);
  });

  test("behavior: a malformed message fails alone", () => {
    const app = newChain();
    const result = run(app, sends(["0uusdc", "1uusdc"]));
    expect(outcomes(result.data)).toEqual([expect.objectContaining({ codespace: "sdk" }), "ok"]);
    expect(balanceOf(app, 1)).toBe(1_000_001n);
  });

  test("behavior: a message that runs out of gas takes the later ones with it, and leaves the earlier ones", () => {
    const app = newChain();
    const plenty = run(newChain(), sends(["1uusdc"]));
    const result = run(app, sends(["1uusdc", "2uusdc", "4uusdc"], { gasLimit: plenty.gasUsed + 15_000n }));
    const outOfGas = expect.objectContaining({ codespace: "sdk", code: 11 });
    expect(result.code).toBe(0);
    expect(outcomes(result.data)).toEqual(["ok", outOfGas, outOfGas]);
    expect(balanceOf(app, 1)).toBe(1_000_001n);
  });

  test("behavior: all may fail; the fee and the sequence stay", () => {
    const app = newChain();
    const result = run(app, sends(["999999999uusdc", "999999999uusdc"]));
    expect(result.code).toBe(0);
    expect(outcomes(result.data)).toEqual([INSUFFICIENT, INSUFFICIENT]);
    expect(balanceOf(app, 0)).toBe(1_000_000n - FEE);
    expect(run(app, sends(["1uusdc"], { sequence: 1n })).code).toBe(0);
  });

  test("behavior: the same blocks give the same hashes", () => {
    const tx = sends(["100uusdc", "999999999uusdc", "0uusdc", "200uusdc"]);
    const hashes = [newChain(), newChain()].map((app) => toHex(makeBlock(app, [tx]).appHash));
    expect(hashes[0]).toBe(hashes[1]);
  });

  test("behavior: without the option one failure fails all", () => {
    const app = newChain();
    const result = run(app, sends(["100uusdc", "999999999uusdc"], { options: [] }));
    expect([result.codespace, result.code]).toEqual(["sdk", 5]);
    expect(result.log).toContain("failed to execute message; message index: 1");
    expect(balanceOf(app, 1)).toBe(1_000_000n);
  });

  test("error: the ante handler decides for all", () => {
    const app = newChain();
    expect(run(app, sends(["1uusdc"], { sequence: 7n })).code).toBe(32);
    expect(run(app, sends(["1uusdc"], { fee: "0uusdc" })).code).not.toBe(0);
    expect(balanceOf(app, 1)).toBe(1_000_000n);
  });

  const OTHER: Any = { typeUrl: typeUrlOf(MsgSend), value: new Uint8Array(0) };

  test.each([
    ["another option", [OTHER]],
    ["twice", [OPTION, OPTION]],
    ["another one beside it", [OPTION, OTHER]],
  ])("error: %s", (_name, options) => {
    const app = newChain();
    const { code, codespace } = run(app, sends(["1uusdc"], { options }));
    expect([codespace, code]).toEqual([ErrUnknownExtensionOptions.codespace, ErrUnknownExtensionOptions.code]);
    expect(balanceOf(app, 1)).toBe(1_000_000n);
  });

  test("error: something in the option does not decode", () => {
    const filled = { ...OPTION, value: Uint8Array.of(8, 1) };
    expect(() => newChain().decode(sends(["1uusdc"], { options: [filled] }))).toThrow("unknown protobuf field");
  });
});
