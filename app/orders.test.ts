// Cases: orders by signed transactions on the whole application: flat fees, creation and payment in one block, a transfer
// to the deposit address, expiry at the end of a block, gas, and the invariants of all modules.

import { describe, expect, test } from "vitest";
import { TxMsgData } from "../gen/cosmos/base/abci/v1beta1/abci.ts";
import * as tx from "../gen/stateset/orders/v1/tx.ts";
import { MsgCreateOrderResponse } from "../gen/stateset/orders/v1/tx.ts";
import { decodeAddress } from "../src/codec/address.ts";
import type { MessageCodec } from "../src/codec/message.ts";
import { moduleAddress } from "../src/crypto/address.ts";
import { makeId } from "../x/orders/ids.ts";
import type { ChainApp } from "./app.ts";
import { signTestTx } from "./testing/signTestTx.ts";
import { ADDRESSES, balanceOf, CHAIN_ID, KEYS, makeBlock, newChain, sendMessage } from "./testing/testChain.ts";

const [customer, merchant] = ADDRESSES as [string, string];

/** Signs one message of an account, by its index, with its sequence in the state. */
function sign(app: ChainApp, index: number, message: { typeUrl: string; value: Uint8Array }, fee: string) {
  const privKey = KEYS[index]!;
  const account = app.accounts.getAccount(app.queryContext(), addressOf(index));
  return signTestTx({
    ...{ chainId: CHAIN_ID, privKey, accountNumber: BigInt(index), sequence: account?.sequence ?? 0n },
    ...{ messages: [message], fee, gasLimit: 400_000n },
  });
}

function addressOf(index: number): Uint8Array {
  return decodeAddress(ADDRESSES[index]!);
}

function any<T>(codec: MessageCodec<T>, message: object): { typeUrl: string; value: Uint8Array } {
  return { typeUrl: `/${codec.$type}`, value: codec.encode(codec.fromPartial(message)).finish() };
}

function newOrder(parts: object = {}) {
  const items = [{ sku: "a", quantity: 2, unitPrice: "50000" }];
  return { merchant, customer, items, denom: "uusdc", total: "100000", ...parts };
}

/** Creates an order in a block of its own. */
function create(app: ChainApp, parts: object = {}): MsgCreateOrderResponse {
  const message = any(tx.MsgCreateOrder, { creator: customer, order: newOrder(parts) });
  const { txResults } = makeBlock(app, [sign(app, 0, message, "1000uusdc")]);
  expect(txResults[0]).toMatchObject({ code: 0 });
  const [response] = TxMsgData.decode(txResults[0]!.data).msgResponses;
  return MsgCreateOrderResponse.decode(response!.value);
}

describe("orders on the application", () => {
  test("default: made for 0.001 USDC, paid for 0.01, and the escrow is the module's", () => {
    const app = newChain();
    const { orderId } = create(app);
    const payment = any(tx.MsgPayOrder, { payer: customer, orderId, amount: { denom: "uusdc", amount: "100000" } });
    const { txResults } = makeBlock(app, [sign(app, 0, payment, "10000uusdc")]);
    expect(txResults[0]).toMatchObject({ code: 0 });
    expect(balanceOf(app, 0)).toBe(1_000_000n - 1000n - 10_000n - 100_000n);
    expect(app.bank.balance(app.queryContext(), moduleAddress("orders"), "uusdc")).toBe(100_000n);
    const status = any(tx.MsgHoldOrder, { signer: merchant, orderId });
    expect(makeBlock(app, [sign(app, 1, status, "500uusdc")]).txResults[0]).toMatchObject({ code: 0 });
    expect(app.brokenInvariants()).toEqual([]);
  });

  test("behavior: gas is what it was", () => {
    const app = newChain();
    const gas = (index: number, message: { typeUrl: string; value: Uint8Array }) => {
      const [result] = makeBlock(app, [sign(app, index, message, "20000uusdc")]).txResults;
      expect(result?.code).toBe(0);
      return result?.gasUsed;
    };
    const orderId = makeId("ord", CHAIN_ID, customer, 1n);
    const amount = { denom: "uusdc", amount: "100000" };
    const tracking = { carrier: "UPS", trackingNumber: "1Z" };
    expect([
      gas(0, any(tx.MsgCreateOrder, { creator: customer, order: newOrder() })),
      gas(0, any(tx.MsgPayOrder, { payer: customer, orderId, amount })),
      gas(1, any(tx.MsgFulfillOrder, { signer: merchant, orderId, ...tracking })),
      gas(1, any(tx.MsgShipOrder, { signer: merchant, orderId })),
      gas(0, any(tx.MsgDeliverOrder, { signer: customer, orderId })),
      gas(0, any(tx.MsgCapturePayment, { signer: customer, orderId })),
    ]).toMatchInlineSnapshot(`
      [
        81126n,
        104499n,
        69904n,
        65059n,
        72683n,
        81984n,
      ]
    `);
  });

  test("error: a fee below the table's is refused", () => {
    const app = newChain();
    const message = any(tx.MsgCreateOrder, { creator: customer, order: newOrder() });
    const { txResults } = makeBlock(app, [sign(app, 0, message, "999uusdc")]);
    expect(txResults[0]).toMatchObject({ code: 13, codespace: "sdk" });
  });

  test("behavior: a transfer pays; error: one that cannot takes nothing but the fee", () => {
    const app = newChain();
    const { orderId, depositAddress } = create(app);
    const transfer = () => sign(app, 2, sendMessage(ADDRESSES[2]!, depositAddress, "100000uusdc"), "400uusdc");
    expect(makeBlock(app, [transfer()]).txResults[0]).toMatchObject({ code: 0 });
    expect(app.orders.store.requireOrder(app.queryContext(), orderId)).toMatchObject({ status: 2 });
    expect(makeBlock(app, [transfer()]).txResults[0]).toMatchObject({ code: 7, codespace: "orders" });
    expect(balanceOf(app, 2)).toBe(1_000_000n - 100_000n - 800n);
    expect(app.brokenInvariants()).toEqual([]);
  });

  test("behavior: an order that nobody pays ends with its block", () => {
    const app = newChain();
    const { orderId } = create(app, { paymentDeadlineSeconds: 3n });
    // The first one moves the fee of the block before.
    makeBlock(app);
    const types = [2, 3].map(() => makeBlock(app).events.map(({ type }) => type));
    expect(types).toEqual([[], ["stateset.orders.v1.EventOrderCancelled"]]);
    expect(app.orders.store.requireOrder(app.queryContext(), orderId)).toMatchObject({ status: 7, cancelCause: 2 });
  });
});
