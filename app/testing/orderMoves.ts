// Random moves of orders: made, paid, refunded, cancelled, and their refunds claimed, retried and reported.

import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import * as tx from "../../gen/stateset/orders/v1/tx.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { fromHex, toHex } from "../../src/codec/bytes.ts";
import { depositAddressOf, makeId } from "../../x/orders/ids.ts";
import { DOMAINS, EVERYBODY, PEOPLE, refundIdOf } from "./crossChainWorld.ts";
import { remoteWord } from "./linkedChain.ts";
import type { BackTo, OrderFact, RefundFact } from "./orderRules.ts";
import { NOTHING, type Scene, STRANGE_DOMAIN } from "./scene.ts";
import { CHAIN_ID } from "./testChain.ts";

const DAY = 86_400n;

/** One of them. */
export function orderMove(scene: Scene): void {
  const roll = scene.random.below(12);
  const order = scene.anOrder(({ status }) => status === (roll < 5 ? "created" : "paid"));
  if (order === undefined || roll < 2) create(scene);
  else if (roll < 5) pay(scene, order);
  else if (roll < 7) refund(scene, order);
  else if (roll === 7) cancel(scene, order);
  else settle(scene);
}

function create(scene: Scene): void {
  const { random, world } = scene;
  const { customer, merchant } = PEOPLE;
  const total = random.pick([20_000n, 5_000_000n, 30_000_000n, 12_000_000_000n]);
  const seconds = random.pick([0n, 20n, 40n]);
  scene.orderCount += 1n;
  const id = makeId("ord", CHAIN_ID, customer.address, scene.orderCount);
  const deposit = encodeAddress(depositAddressOf(CHAIN_ID, id));
  world.orders.create({
    id,
    deposit,
    customer: customer.address,
    total,
    expiresAt: world.nowSeconds + (seconds || DAY),
  });
  // Nothing may ever stay there.
  world.ledger.endow(deposit, 0n);
  const { order } = tx.MsgCreateOrder.fromPartial({
    order: {
      ...{ merchant: merchant.address, customer: customer.address, denom: "uusdc", total: total.toString() },
      ...{ items: [{ sku: "a", quantity: 1, unitPrice: total.toString() }], paymentDeadlineSeconds: seconds },
    },
  });
  world.plan(customer, tx.MsgCreateOrder, { creator: customer.address, order: order! }, { refusal: undefined });
}

function pay({ random, world }: Scene, order: OrderFact): void {
  const payer = random.pick(EVERYBODY);
  const due = order.total - order.paid;
  const amount = random.pick([due > 0n ? due : 1n, order.total, 1n, 15_000n]);
  const coin = { denom: "uusdc", amount: amount.toString() };
  const isTransfer = random.below(2) === 0;
  const refusal = world.orders.pay(order, { payer: payer.address, amount, now: world.nowSeconds, isTransfer });
  const transfer = { fromAddress: payer.address, toAddress: order.deposit, amount: [coin] };
  const message = { payer: payer.address, orderId: order.id, amount: coin };
  if (isTransfer) world.plan(payer, MsgSend, transfer, { refusal });
  else world.plan(payer, tx.MsgPayOrder, message, { refusal });
}

function refund(scene: Scene, order: OrderFact): void {
  const { random, world } = scene;
  const signer = random.pick([PEOPLE.merchant, PEOPLE.merchant, PEOPLE.operator, PEOPLE.stranger]);
  const amount = random.pick([undefined, 1n, order.escrowed, 40_000_000n]);
  const isNothing = amount === 0n && order.status === "paid";
  const { result, emitted } = scene.emittedBy(() => {
    if (signer === PEOPLE.stranger) return "orders 6";
    return isNothing ? "orders 14" : world.orders.refund(order, amount);
  });
  const message = { signer: signer.address, orderId: order.id, amount: amount?.toString() ?? "" };
  world.plan(signer, tx.MsgRefundOrder, message, { refusal: result, emitted });
}

function cancel(scene: Scene, order: OrderFact): void {
  const { random, world } = scene;
  const signer = random.pick([PEOPLE.customer, PEOPLE.merchant, PEOPLE.stranger]);
  const { result, emitted } = scene.emittedBy(() =>
    signer === PEOPLE.stranger ? "orders 6" : world.orders.cancel(order),
  );
  const message = { signer: signer.address, orderId: order.id };
  world.plan(signer, tx.MsgCancelOrder, message, { refusal: result, emitted });
}

/** What moves a refund on from where it stands. */
const NEXT: Readonly<Record<RefundFact["phase"], (scene: Scene, parts: RefundParts) => void>> = {
  claimable: claim,
  pending: retry,
  burned: report,
  completed: report,
};

/** A refund goes on, or somebody tries what does not fit. */
function settle(scene: Scene): void {
  const { random } = scene;
  const isOpen = ({ phase }: RefundFact) => phase !== "completed";
  const order = scene.anOrder(({ refunds }) => refunds.some(isOpen));
  if (order === undefined || order.refunds.length === 0) return;
  const open = order.refunds.findLastIndex(isOpen);
  const index = open === -1 ? random.below(order.refunds.length) : open;
  const found = order.refunds[index]!;
  const act = random.below(4) === 0 ? random.pick([claim, retry, report]) : NEXT[found.phase];
  act(scene, { order, refund: found, refundId: refundIdOf(order, index) });
}

interface RefundParts {
  readonly order: OrderFact;
  readonly refund: RefundFact;
  readonly refundId: string;
}

function claim(scene: Scene, { order, refund: found, refundId }: RefundParts): void {
  const { random, world } = scene;
  const { customer, payer } = PEOPLE;
  const there: BackTo = { domain: random.pick([...DOMAINS, STRANGE_DOMAIN]), word: toHex(remoteWord(0xd0)) };
  const backTo = random.pick<BackTo>([there, { local: payer.address }]);
  const { result, emitted } = scene.emittedBy(() => world.orders.claim(order, found, backTo));
  const refundAddress =
    "local" in backTo
      ? { localAddress: backTo.local, domain: 0, address: NOTHING }
      : { localAddress: "", domain: backTo.domain, address: fromHex(backTo.word) };
  const message = { signer: customer.address, refundId, refundAddress };
  world.plan(customer, tx.MsgClaimRefund, message, { refusal: result, emitted });
}

function retry(scene: Scene, { order, refund: found, refundId }: RefundParts): void {
  const signer = scene.random.pick(EVERYBODY);
  const { result, emitted } = scene.emittedBy(() => scene.world.orders.retry(order, found));
  scene.world.plan(signer, tx.MsgRetryRefund, { signer: signer.address, refundId }, { refusal: result, emitted });
}

function report({ random, world }: Scene, { order, refund: found, refundId }: RefundParts): void {
  const signer = random.pick([PEOPLE.operator, PEOPLE.operator, PEOPLE.stranger]);
  const refusal = signer === PEOPLE.stranger ? "orders 37" : world.orders.report(order, found);
  const message = { signer: signer.address, refundId, destinationTxHash: "0xabc" };
  world.plan(signer, tx.MsgReportRefundCompleted, message, { refusal });
}
