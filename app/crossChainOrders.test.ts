// Cases: orders paid from another chain by signed transactions that deliver attested messages, V1 and V2, and refunded
// there by burns, with the supply going up and down; the known exploit (a generic message that anybody can have attested
// and whose body reads like a burn) credits nothing; a burn of a stranger's contract and a message twice are refused; a
// refund whose chain is not linked waits. The invariants of all modules hold after each.

import { describe, expect, test } from "vitest";
import { MsgReceiveMessage as ReceiveV1 } from "../gen/circle/cctp/v1/tx.ts";
import { MsgReceiveMessage as ReceiveV2 } from "../gen/circle/cctp/v2/tx.ts";
import { TxMsgData } from "../gen/cosmos/base/abci/v1beta1/abci.ts";
import * as tx from "../gen/stateset/orders/v1/tx.ts";
import { RefundPhase } from "../gen/stateset/orders/v1/types.ts";
import { addressToBytes32 } from "../src/cctp/bytes32.ts";
import { encodeOrderHook, type RefundTarget } from "../src/cctp/orderHook.ts";
import { signAttestation } from "../src/cctp/signAttestation.ts";
import { decodeAddress } from "../src/codec/address.ts";
import type { MessageCodec } from "../src/codec/message.ts";
import { moduleAddress } from "../src/crypto/address.ts";
import type { ChainApp } from "./app.ts";
import { emptyApp } from "./genesis.ts";
import { ATTESTER_KEYS, burnFromV1, burnFromV2, linkedState, remoteWord } from "./testing/linkedChain.ts";
import { signTestTx } from "./testing/signTestTx.ts";
import { ADDRESSES, CHAIN_ID, KEYS, makeBlock, startChain, testAppState } from "./testing/testChain.ts";

const [customer, merchant, relayer] = ADDRESSES as [string, string, string];
const REMOTE = 3;
const UNLINKED = 6;
const TOTAL = 100_000n;
const PAYER = remoteWord(0xa3);
const EXCHANGE = remoteWord(0xee);

/** A chain that is linked with one other. */
function linkedChain(strictEvm = true): ChainApp {
  const app = emptyApp();
  startChain(app, linkedState(testAppState(), { domains: [REMOTE], operator: relayer, strictEvm }));
  makeBlock(app);
  return app;
}

/** Runs one message of an account, by its index, in a block of its own. */
function deliver<T>(app: ChainApp, index: number, codec: MessageCodec<T>, message: object) {
  const sequence = app.accounts.getAccount(app.queryContext(), decodeAddress(ADDRESSES[index]!))?.sequence ?? 0n;
  const value = codec.encode(codec.fromPartial(message)).finish();
  const bytes = signTestTx({
    ...{ chainId: CHAIN_ID, privKey: KEYS[index]!, accountNumber: BigInt(index), sequence },
    ...{ messages: [{ typeUrl: `/${codec.$type}`, value }], fee: "20000uusdc", gasLimit: 2_000_000n },
  });
  const [result] = makeBlock(app, [bytes]).txResults;
  expect(app.brokenInvariants()).toEqual([]);
  return result!;
}

function must<T>(app: ChainApp, index: number, codec: MessageCodec<T>, message: object) {
  const result = deliver(app, index, codec, message);
  expect(result.log).toBe("");
  expect(result.code).toBe(0);
  return result;
}

function createOrder(app: ChainApp): tx.MsgCreateOrderResponse {
  const items = [{ sku: "a", quantity: 1, unitPrice: TOTAL.toString() }];
  const order = { merchant, customer, items, denom: "uusdc", total: TOTAL.toString() };
  const [response] = TxMsgData.decode(must(app, 0, tx.MsgCreateOrder, { creator: customer, order }).data).msgResponses;
  return tx.MsgCreateOrderResponse.decode(response!.value);
}

const word = (address: string) => addressToBytes32(decodeAddress(address));

/** A V1 message; its header can be bent. */
function messageV1(mintRecipient: Uint8Array, bend: object = {}): Uint8Array {
  return burnFromV1({ mintRecipient, amount: TOTAL }, { sourceDomain: REMOTE, nonce: 7n, ...bend });
}

/** A V2 message; its header can be bent. */
function messageV2(mintRecipient: Uint8Array, hookData: Uint8Array, bend: object = {}): Uint8Array {
  const nonce = new Uint8Array(32).fill(9);
  return burnFromV2({ mintRecipient, amount: TOTAL, hookData }, { sourceDomain: REMOTE, nonce, ...bend });
}

function receive(app: ChainApp, codec: MessageCodec<ReceiveV1> | MessageCodec<ReceiveV2>, message: Uint8Array) {
  const attestation = signAttestation(message, ATTESTER_KEYS.slice(0, 2));
  return deliver(app, 2, codec as MessageCodec<ReceiveV1>, { from: relayer, message, attestation });
}

const orderOf = (app: ChainApp, id: string) => app.orders.store.requireOrder(app.queryContext(), id);
const supply = (app: ChainApp) => app.bank.supply(app.queryContext(), "uusdc");
const escrow = (app: ChainApp) => app.bank.balance(app.queryContext(), moduleAddress("orders"), "uusdc");

/** The refund that a message of refunding started. */
function firstRefund(app: ChainApp, id: string) {
  const ctx = app.queryContext();
  const [entry] = [...app.orders.store.refundStore(ctx, id).iterate()].map(([, value]) => value);
  return app.orders.store.requireRefund(ctx, new TextDecoder().decode(entry));
}

const typesOf = ({ events }: { readonly events: readonly { readonly type: string }[] }) =>
  events.map(({ type }) => type);

describe("V1", () => {
  test("default: a burn to the deposit address pays; cancelled, the customer says where the money goes, and it is burned", () => {
    const app = linkedChain();
    const before = supply(app);
    const { orderId, depositAddress } = createOrder(app);
    const received = receive(app, ReceiveV1, messageV1(word(depositAddress)));
    expect(received).toMatchObject({ code: 0 });
    expect(typesOf(received)).toContain("stateset.orders.v1.EventCrossChainPaymentReceived");
    expect(orderOf(app, orderId)).toMatchObject({ status: 2, amountPaid: "100000" });
    expect([supply(app) - before, escrow(app)]).toEqual([TOTAL, TOTAL]);
    must(app, 0, tx.MsgCancelOrder, { signer: customer, orderId });
    const claimable = firstRefund(app, orderId);
    expect(claimable).toMatchObject({ phase: RefundPhase.REFUND_PHASE_CLAIMABLE, refundAddress: undefined });
    const refundAddress = { localAddress: "", domain: REMOTE, address: PAYER };
    const claimed = must(app, 0, tx.MsgClaimRefund, { signer: customer, refundId: claimable.id, refundAddress });
    expect(typesOf(claimed)).toContain("circle.cctp.v1.DepositForBurn");
    expect([supply(app) - before, escrow(app)]).toEqual([0n, 0n]);
    expect(firstRefund(app, orderId)).toMatchObject({ phase: RefundPhase.REFUND_PHASE_BURNED, cctpVersion: 1 });
  });

  test("error: the same message twice, and a burn by somebody else's contract, mint nothing", () => {
    const app = linkedChain();
    const { orderId, depositAddress } = createOrder(app);
    const message = messageV1(word(depositAddress));
    const stranger = messageV1(word(depositAddress), { sender: EXCHANGE, nonce: 8n });
    expect(receive(app, ReceiveV1, stranger)).toMatchObject({ code: 36, codespace: "cctp" });
    expect(orderOf(app, orderId).amountPaid).toBe("0");
    expect(receive(app, ReceiveV1, message)).toMatchObject({ code: 0 });
    expect(receive(app, ReceiveV1, message)).toMatchObject({ code: 36, codespace: "cctp" });
    expect(orderOf(app, orderId)).toMatchObject({ amountPaid: "100000", paymentCount: 1, amountExcess: "0" });
  });
});

describe("V2", () => {
  const hook = (orderId: string, refund?: RefundTarget) => encodeOrderHook({ orderId, refund });
  const ESCROW = addressToBytes32(moduleAddress("orders"));

  test("default: an envelope pays at the escrow; refunded there, reported, and only then REFUNDED", () => {
    const app = linkedChain();
    const before = supply(app);
    const { orderId } = createOrder(app);
    const message = messageV2(ESCROW, hook(orderId, { domain: REMOTE, address: PAYER }));
    expect(receive(app, ReceiveV2, message)).toMatchObject({ code: 0 });
    expect(orderOf(app, orderId)).toMatchObject({ status: 2 });
    const refunded = must(app, 1, tx.MsgRefundOrder, { signer: merchant, orderId });
    expect(typesOf(refunded)).toEqual(
      expect.arrayContaining(["circle.cctp.v2.DepositForBurn", "stateset.orders.v1.EventCrossChainRefundInitiated"]),
    );
    expect([supply(app) - before, escrow(app)]).toEqual([0n, 0n]);
    expect(orderOf(app, orderId).status).toBe(2);
    const refund = firstRefund(app, orderId);
    expect(refund).toMatchObject({ phase: RefundPhase.REFUND_PHASE_BURNED, cctpVersion: 2 });
    const report = { signer: relayer, refundId: refund.id, destinationTxHash: "0xabc" };
    must(app, 2, tx.MsgReportRefundCompleted, report);
    expect(orderOf(app, orderId).status).toBe(9);
  });

  test("behavior: a chain that is not linked makes the refund wait; the money stays, and anybody tries again", () => {
    const app = linkedChain();
    const { orderId, depositAddress } = createOrder(app);
    const message = messageV2(word(depositAddress), hook(orderId, { domain: UNLINKED, address: PAYER }));
    expect(receive(app, ReceiveV2, message)).toMatchObject({ code: 0 });
    must(app, 1, tx.MsgRefundOrder, { signer: merchant, orderId });
    const refund = firstRefund(app, orderId);
    expect(refund).toMatchObject({ phase: RefundPhase.REFUND_PHASE_PENDING, failure: "cctp 226" });
    expect(escrow(app)).toBe(TOTAL);
    must(app, 2, tx.MsgRetryRefund, { signer: relayer, refundId: refund.id });
    expect(firstRefund(app, orderId)).toMatchObject({ phase: RefundPhase.REFUND_PHASE_PENDING, attempts: 2 });
  });

  test("behavior: money that names no order is minted all the same, and waits in the ledger", () => {
    const app = linkedChain();
    expect(receive(app, ReceiveV2, messageV2(ESCROW, hook("ord_unknown")))).toMatchObject({ code: 0 });
    expect(escrow(app)).toBe(TOTAL);
  });

  test("behavior: an envelope in a burn to somebody else pays nobody's order", () => {
    const app = linkedChain();
    const { orderId } = createOrder(app);
    expect(receive(app, ReceiveV2, messageV2(word(relayer), hook(orderId)))).toMatchObject({ code: 0 });
    expect(orderOf(app, orderId)).toMatchObject({ status: 1, amountPaid: "0", amountExcess: "0" });
  });
});

describe("the exploit of the printed keeper", () => {
  test.each([true, false])(
    "behavior: an attested message that is no burn credits nothing (strict_evm %s)",
    (strictEvm) => {
      const app = linkedChain(strictEvm);
      const before = supply(app);
      const { orderId, depositAddress } = createOrder(app);
      const recipients = [addressToBytes32(moduleAddress("orders")), word(depositAddress)];
      for (const [index, recipient] of recipients.entries()) {
        // Anybody may send such a message on another chain, and the service attests it.
        const bend = { sender: EXCHANGE, recipient, nonce: BigInt(100 + index) };
        // Circle's Cosmos module takes it without effect; the contracts refuse it, and so does this chain by default.
        const v1 = receive(app, ReceiveV1, messageV1(word(depositAddress), bend));
        expect(v1.code).toBe(strictEvm ? 36 : 0);
        const nonce = new Uint8Array(32).fill(50 + index);
        const hookData = encodeOrderHook({ orderId, refund: undefined });
        const message = messageV2(word(depositAddress), hookData, { ...bend, nonce });
        expect(receive(app, ReceiveV2, message)).toMatchObject({ code: 0 });
      }
      expect(orderOf(app, orderId)).toMatchObject({ status: 1, amountPaid: "0", amountExcess: "0", paymentCount: 0 });
      expect([supply(app), escrow(app)]).toEqual([before, 0n]);
    },
  );
});
