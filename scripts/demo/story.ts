// The demo's story: six orders, paid from two EVM chains by both versions of CCTP, and where their money ends.

import { OrderStatus, RefundPhase } from "../../gen/stateset/orders/v1/types.ts";
import { addressToBytes32 } from "../../src/cctp/bytes32.ts";
import { encodeOrderHook } from "../../src/cctp/orderHook.ts";
import type { DevnetSystem } from "../../src/devnet/devnetSystem.ts";
import { ESCROW_ADDRESS } from "../../x/orders/keeper/escrow.ts";
import { EvmWallet } from "./evmWallet.ts";
import { type OpenOrder, Shop, until } from "./shop.ts";

const USDC = 1_000_000n;
const LOCAL_DOMAIN = 7770;
/** The seed's laptop: 999.99, 87.49 tax, 9.99 shipping. */
const LAPTOP = 1_097_470_000n;
/** Longer than the dispute window, which is 14 days. */
const FIFTEEN_DAYS_S = 15 * 24 * 3600;
const SHORT_DEADLINE_S = 60;

/** What a person reads of a step. */
export interface Teller {
  chapter(title: string): void;
  /** A thing that was done, with the transaction that did it. */
  step(what: string, txHash?: string): void;
  /** A balance, in micro-USDC. */
  balance(whose: string, amount: bigint): void;
}

/** How it ended. Amounts are micro-USDC. */
export interface Ending {
  readonly orders: number;
  readonly paid: number;
  readonly refunded: number;
  readonly minted: bigint;
  readonly burned: bigint;
  readonly messages: number;
}

interface Cast {
  readonly devnet: DevnetSystem;
  readonly tell: Teller;
  readonly shop: Shop;
  /** A customer's wallets on the Ethereum-like chain and on the Base-like one. */
  readonly alice: EvmWallet;
  readonly bob: EvmWallet;
}

function hookFor(orderId: string, wallet: EvmWallet): Uint8Array {
  const address = addressToBytes32(Buffer.from(wallet.address.slice(2), "hex"));
  return encodeOrderHook({ orderId, refund: { domain: wallet.chain.domain, address } });
}

/** Burns for an order by V2, with a hook that names it and where a refund would go. */
function payWithHook(wallet: EvmWallet, orderId: string, amount: bigint): Promise<string> {
  const hook = hookFor(orderId, wallet);
  return wallet.burnV2({ amount, domain: LOCAL_DOMAIN, recipient: addressToBytes32(ESCROW_ADDRESS), hook });
}

async function untilStatus({ shop, tell }: Cast, { id }: OpenOrder, status: OrderStatus, name: string): Promise<void> {
  await until(
    `${id} ${name}`,
    () => shop.order(id),
    (order) => order.status === status,
  );
  tell.step(`${id} is ${name}`);
}

const untilPaid = (cast: Cast, order: OpenOrder) => untilStatus(cast, order, OrderStatus.ORDER_STATUS_PAID, "PAID");

async function create({ shop, tell }: Cast, sku: string, amount: bigint, seconds = 0): Promise<OpenOrder> {
  const order = await shop.create(sku, amount, { paymentDeadlineSeconds: BigInt(seconds) });
  tell.step(`order ${order.id} for ${sku}`, order.txHash);
  return order;
}

async function payByHook(cast: Cast): Promise<OpenOrder> {
  const { alice, tell } = cast;
  tell.chapter("A laptop, paid from Ethereum by CCTP V2: the hook names the order");
  const order = await create(cast, "LAPTOP-001", LAPTOP);
  tell.step(`burned on ${alice.chain.name}`, await payWithHook(alice, order.id, LAPTOP));
  await untilPaid(cast, order);
  return order;
}

async function payByDeposit(cast: Cast): Promise<OpenOrder> {
  const { bob, tell } = cast;
  tell.chapter("A phone, paid from Base by CCTP V1: any wallet, to the order's own deposit address");
  const amount = 499n * USDC;
  const order = await create(cast, "PHONE-001", amount);
  const burned = await bob.burnV1({ amount, domain: LOCAL_DOMAIN, recipient: order.deposit });
  tell.step(`burned on ${bob.chain.name}`, burned);
  await untilPaid(cast, order);
  return order;
}

async function payInParts(cast: Cast): Promise<OpenOrder> {
  const { alice, bob, shop, tell } = cast;
  tell.chapter("A camera, paid in two parts from two chains");
  const [first, second] = [200n * USDC, 149_990_000n];
  const order = await create(cast, "CAMERA-001", first + second);
  const toDeposit = { domain: LOCAL_DOMAIN, recipient: order.deposit };
  tell.step(`a part burned on ${alice.chain.name}`, await alice.burnV2({ ...toDeposit, amount: first }));
  await until(
    `${order.id} in part`,
    () => shop.order(order.id),
    ({ amountPaid }) => BigInt(amountPaid) === first,
  );
  tell.step(`${order.id} waits for the rest`);
  tell.step(`the rest burned on ${bob.chain.name}`, await bob.burnV1({ ...toDeposit, amount: second }));
  await untilPaid(cast, order);
  return order;
}

async function refundHome(cast: Cast): Promise<OpenOrder> {
  const { alice, shop, tell } = cast;
  tell.chapter("A watch that is sold out: the money goes back to where it came from");
  const amount = 250n * USDC;
  const before = await alice.balance();
  const order = await create(cast, "WATCH-001", amount);
  tell.step(`burned on ${alice.chain.name}`, await payWithHook(alice, order.id, amount));
  await untilPaid(cast, order);
  tell.step("refunded", await shop.act("MsgRefundOrder", order.id, { reason: "sold out" }));
  await untilRefunded(cast, order);
  requireEqual(`${alice.chain.name}: what was paid is back`, await alice.balance(), before);
  return order;
}

async function payTooLate(cast: Cast): Promise<OpenOrder> {
  const { bob, devnet, shop, tell } = cast;
  tell.chapter("A lamp that is paid too late: nothing is lost, the chain sends it back by itself");
  const amount = 30n * USDC;
  const before = await bob.balance();
  const order = await create(cast, "LAMP-001", amount, SHORT_DEADLINE_S);
  await devnet.time.advance(SHORT_DEADLINE_S + 1);
  await untilStatus(cast, order, OrderStatus.ORDER_STATUS_CANCELLED, "CANCELLED: nobody paid in time");
  tell.step(`burned on ${bob.chain.name} all the same`, await payWithHook(bob, order.id, amount));
  const [late] = await until(
    `${order.id} late`,
    () => shop.exceptions(order.id),
    (all) => all.length > 0,
  );
  tell.step(`exception ledger: ${late?.id}`);
  await until(
    `${bob.chain.name} refund`,
    () => bob.balance(),
    (balance) => balance === before,
  );
  await untilRefundsAre(cast, order, RefundPhase.REFUND_PHASE_COMPLETED);
  tell.step(`minted back on ${bob.chain.name}`);
  return order;
}

async function untilRefunded(cast: Cast, order: OpenOrder): Promise<void> {
  const [refund] = await untilRefundsAre(cast, order, RefundPhase.REFUND_PHASE_COMPLETED);
  cast.tell.step("minted there, as the relayer reports", refund?.destinationTxHash);
  await untilStatus(cast, order, OrderStatus.ORDER_STATUS_REFUNDED, "REFUNDED");
}

function untilRefundsAre({ shop }: Cast, { id }: OpenOrder, phase: RefundPhase) {
  const areReached = (refunds: Awaited<ReturnType<Shop["refunds"]>>) =>
    refunds.length > 0 && refunds.every((refund) => refund.phase === phase);
  return until(`refunds of ${id}`, () => shop.refunds(id), areReached);
}

async function deliver(cast: Cast, orders: readonly OpenOrder[]): Promise<void> {
  const { devnet, shop, tell } = cast;
  tell.chapter("The goods travel, and 15 days later the merchant has the money");
  for (const { id } of orders) {
    const tracking = { carrier: "UPS", trackingNumber: `1Z-${id.slice(4)}` };
    tell.step(`${id} fulfilled`, await shop.act("MsgFulfillOrder", id, tracking));
    tell.step(`${id} shipped`, await shop.act("MsgShipOrder", id));
    tell.step(`${id} delivered`, await shop.act("MsgDeliverOrder", id));
  }
  const before = await shop.balance();
  await devnet.time.advance(FIFTEEN_DAYS_S);
  let released = 0n;
  for (const { id } of orders) {
    const order = await until(
      `${id} released`,
      () => shop.order(id),
      ({ amountEscrowed }) => BigInt(amountEscrowed) === 0n,
    );
    released += BigInt(order.amountReleased);
  }
  requireEqual("the merchant has what was released", (await shop.balance()) - before, released);
  tell.step("escrow released to the merchant");
}

function requireEqual(what: string, actual: bigint, expected: bigint): void {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, got ${actual}`);
}

/** Money may move, but none may appear or vanish. Throws when a chain disagrees with another. */
async function checkMoney({ devnet, shop, alice, bob }: Cast, supplyBefore: bigint): Promise<void> {
  const broken = devnet.chain.app.brokenInvariants();
  if (broken.length > 0) throw new Error(`invariants are broken: ${broken.join("; ")}`);
  const { minted, burned } = await shop.bridged();
  const supplyAfter = (await alice.totalSupply()) + (await bob.totalSupply());
  requireEqual("what left the EVM chains is here", supplyBefore - supplyAfter, minted - burned);
}

/** Tells the story on a devnet that was just made. Rejects when anything is not as it should be. */
export async function tellStory(devnet: DevnetSystem, tell: Teller): Promise<Ending> {
  const shop = await Shop.open(devnet.chain, 1);
  const cast: Cast = { devnet, tell, shop, alice: wallet(devnet, "ethereum"), bob: wallet(devnet, "base") };
  const { alice, bob } = cast;
  try {
    const balances = async () => {
      tell.balance(`customer on ${alice.chain.name}`, await alice.balance());
      tell.balance(`customer on ${bob.chain.name}`, await bob.balance());
      tell.balance("merchant", await shop.balance());
    };
    const supplyBefore = (await alice.totalSupply()) + (await bob.totalSupply());
    await balances();
    const sold = [await payByHook(cast), await payByDeposit(cast), await payInParts(cast)];
    const returned = [await refundHome(cast), await payTooLate(cast)];
    await deliver(cast, sold);
    tell.chapter("All money is accounted for");
    await checkMoney(cast, supplyBefore);
    await balances();
    const { minted, burned } = await shop.bridged();
    // Each order but the camera was paid by one burn; two of them were sent back by another.
    const messages = sold.length + 1 + 2 * returned.length;
    return {
      orders: sold.length + returned.length,
      paid: sold.length + 1,
      refunded: returned.length,
      minted,
      burned,
      messages,
    };
  } finally {
    shop.close();
  }
}

/** The first account is the operator's. */
function wallet(devnet: DevnetSystem, chain: string): EvmWallet {
  return new EvmWallet(devnet.evmChain(chain), 1);
}
