// Random orders by random people: a run is told by its seed alone. Counts what passed and what was refused, so that a
// test can see that every message really ran.

import { MsgSend } from "../../../gen/cosmos/bank/v1beta1/tx.ts";
import * as tx from "../../../gen/stateset/orders/v1/tx.ts";
import { OrderAction, OrderRole, type RefundAddress } from "../../../gen/stateset/orders/v1/types.ts";
import type { Event } from "../../../gen/tendermint/abci/types.ts";
import type { MintReceipt } from "../../../src/cctp/mintReceipt.ts";
import { encodeOrderHook } from "../../../src/cctp/orderHook.ts";
import { decodeAddress, encodeAddress } from "../../../src/codec/address.ts";
import { utf8 } from "../../../src/codec/bytes.ts";
import type { MessageCodec } from "../../../src/codec/message.ts";
import { sha256 } from "../../../src/crypto/hash.ts";
import { InboundMoney } from "../crossChain/inbound.ts";
import { OrderPayments } from "../crossChain/receiver.ts";
import { ESCROW_ADDRESS } from "../keeper/escrow.ts";
import { PAY_ORDER } from "../keeper.ts";
import { ACTION_TYPE_URLS, TRANSITIONS } from "../transitions.ts";
import { coin, GOV, LOCAL_DOMAIN, OrdersWorld, PEOPLE, sampleOrder } from "./ordersWorld.ts";

/** Numbers from a seed: the same everywhere. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer of 0 to `bound` - 1 (mulberry32). */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const EVERYBODY = [...Object.values(PEOPLE), GOV];
/** Seconds between blocks: mostly few, sometimes past a deadline or a dispute window. */
const PAUSES = [...Array.from({ length: 20 }, () => 1), 60, 600, 3600, 50_000, 1_300_000];
/** What a merchant asks for each of its goods. */
const PRICE = 3_000_000;
const ITEM = { quantity: 1, totalPrice: "", descriptionHash: new Uint8Array(0) };

const GOODS: ReadonlySet<OrderAction> = new Set([
  OrderAction.ORDER_ACTION_FULFILL,
  OrderAction.ORDER_ACTION_SHIP,
  OrderAction.ORDER_ACTION_DELIVER,
]);

/** Somebody of each role. */
const PERSON_OF: ReadonlyMap<OrderRole, string> = new Map<OrderRole, string>([
  [OrderRole.ORDER_ROLE_CUSTOMER, PEOPLE.customer],
  [OrderRole.ORDER_ROLE_MERCHANT, PEOPLE.merchant],
  [OrderRole.ORDER_ROLE_OPERATOR, PEOPLE.operator],
  [OrderRole.ORDER_ROLE_ARBITER, PEOPLE.arbiter],
  [OrderRole.ORDER_ROLE_AUTHORITY, GOV],
]);

/** A world that lives by itself. */
export class Simulation {
  readonly world: OrdersWorld;
  readonly random: Random;
  /** Message name → how often it passed. */
  readonly passed = new Map<string, number>();
  steps = 0;
  /** Hears every event, in order. */
  onEvent: ((event: Event) => void) | undefined;
  readonly #receiver: OrderPayments;
  readonly #orders: string[] = [];
  #nonce = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
    this.world = new OrdersWorld({ processingFeeBasisPoints: 25, feeRecipient: PEOPLE.relayer });
    this.#receiver = new OrderPayments(this.world.orders, new InboundMoney(this.world.orders));
    for (const person of [...EVERYBODY]) this.world.fund(person, "1000000000000uusdc");
  }

  /** One block of so many random steps. Gives what is broken afterwards. */
  block(steps: number): readonly string[] {
    if (this.steps === 0) this.#open();
    for (let index = 0; index < steps; index += 1) this.#step();
    this.#listen(this.world.nextBlock(this.random.pick(PAUSES)));
    return this.world.broken();
  }

  /** The merchant opens its shop, where whoever listens hears it. */
  #open(): void {
    const { merchant, operator } = PEOPLE;
    this.#send(tx.MsgAddOperator, { merchant, operator });
    const prices = [0, 1, 2].map((n) => ({ sku: `sku-${n}`, denom: "uusdc", unitPrice: `${PRICE}` }));
    this.#send(tx.MsgSetPrice, { signer: merchant, merchant, prices });
  }

  /** Hears the events of something that passed. */
  #listen(events: readonly Event[]): void {
    for (const event of events) this.onEvent?.(event);
  }

  #send<Req>(codec: MessageCodec<Req>, message: Partial<Req>): void {
    const { value, failure, events } = this.world.send<Req, { orderId?: string; orderIds?: string[] }>(codec, message);
    // A panic is a bug whatever the sums say.
    if (failure?.codespace === "undefined") throw new Error(`${codec.$type}: ${failure.log}`);
    if (failure !== undefined) return;
    this.#listen(events);
    const name = codec.$type.slice(codec.$type.lastIndexOf(".") + 1);
    this.passed.set(name, (this.passed.get(name) ?? 0) + 1);
    if (value?.orderId !== undefined && name.startsWith("MsgCreate")) this.#orders.push(value.orderId);
    if (value?.orderIds !== undefined) this.#orders.push(...value.orderIds);
  }

  /** One of the latest orders, so that some of them come far. */
  #anOrder(): string {
    const recent = this.#orders.slice(-10);
    return recent.length === 0 ? "ord_none" : this.random.pick(recent);
  }

  /** Prices of a merchant's goods, some of them gone again. */
  #setPrices(): void {
    const { merchant, operator, stranger } = PEOPLE;
    const signer = this.random.pick([merchant, operator, operator, stranger]);
    const prices = Array.from({ length: 1 + this.random.below(3) }, () => ({
      sku: `sku-${this.random.below(3)}`,
      denom: "uusdc",
      unitPrice: this.random.pick(["", `${PRICE}`, `${PRICE}`]),
    }));
    this.#send(tx.MsgSetPrice, { signer, merchant, prices });
  }

  #newOrder(): { creator: string; order: tx.NewOrder } {
    const { random } = this;
    // Without a price of its own an item takes the merchant's, where there is one.
    const isPriced = random.below(8) === 0;
    const prices = Array.from({ length: 1 + random.below(3) }, () => (isPriced ? PRICE : 1 + random.below(50_000_000)));
    const isSeller = random.below(2) === 0;
    const { merchant, customer, partner } = PEOPLE;
    const split = [merchant, partner].map((address, index) => ({ address, basisPoints: index === 0 ? 6667 : 3333 }));
    const order = sampleOrder({
      items: prices.map((price, index) => ({
        ...ITEM,
        sku: `sku-${index}`,
        unitPrice: isPriced ? "" : price.toString(),
      })),
      tax: "",
      shippingCost: "",
      total: prices.reduce((sum, price) => sum + price, 0).toString(),
      releaseMode: isSeller ? random.pick([0, 1, 2]) : 0,
      revenueSplit: isSeller && random.below(2) === 0 ? split : [],
      paymentDeadlineSeconds: random.pick([0n, 30n, 4000n]),
    });
    return { creator: isSeller ? random.pick([merchant, PEOPLE.operator]) : customer, order };
  }

  #amountFor(orderId: string): bigint {
    const order = this.world.orders.store.getOrder(this.world.context(), orderId);
    const total = BigInt(order?.total ?? "1000000");
    return this.random.pick([
      total,
      total,
      total / 2n + 1n,
      total + 7n,
      total * 2n,
      1n + BigInt(this.random.below(20_000)),
    ]);
  }

  #refundAddress(): RefundAddress | undefined {
    const remote = { localAddress: "", domain: 3, address: new Uint8Array(32).fill(9) };
    const local = { localAddress: PEOPLE.stranger, domain: 0, address: new Uint8Array(0) };
    const back = { localAddress: "", domain: LOCAL_DOMAIN, address: new Uint8Array(32).fill(5, 12) };
    return this.random.pick([undefined, remote, remote, local, back]);
  }

  #step(): void {
    this.steps += 1;
    const kind = this.random.below(20);
    if (kind < 1 || this.#orders.length === 0) this.#create();
    else if (kind < 3) this.#pay();
    else if (kind < 4) this.#mint();
    else if (kind < 16) this.#move();
    else if (kind < 19) this.#settle();
    else this.#govern();
  }

  #create(): void {
    const { creator, order } = this.#newOrder();
    const amount = coin(BigInt(order.total));
    switch (this.random.below(4)) {
      case 0:
        this.#send(tx.MsgCreateAndPayOrder, { creator, order, amount });
        break;
      case 1:
        this.#send(tx.MsgCreateOrders, { creator, orders: [order, order] });
        break;
      default:
        this.#send(tx.MsgCreateOrder, { creator, order });
    }
  }

  #pay(): void {
    const payer = this.random.pick(EVERYBODY);
    const orderId = this.#anOrder();
    const amount = coin(this.#amountFor(orderId));
    const refundAddress = this.#refundAddress();
    switch (this.random.below(3)) {
      case 0:
        this.#send(tx.MsgPayOrders, { payer, payments: [{ orderId, amount, refundAddress }] });
        break;
      case 1: {
        const order = this.world.orders.store.getOrder(this.world.context(), orderId);
        this.#send(MsgSend, { fromAddress: payer, toAddress: order?.depositAddress ?? payer, amount: [amount] });
        break;
      }
      default:
        this.#send(tx.MsgPayOrder, { payer, orderId, amount, refundAddress });
    }
  }

  /** A mint by CCTP: to a deposit address or the escrow, with and without an envelope, right and wrong. */
  #mint(): void {
    const { random, world } = this;
    const orderId = this.#anOrder();
    const order = world.orders.store.getOrder(world.context(), orderId);
    const isDeposit = order !== undefined && random.below(2) === 0;
    const mintRecipient = isDeposit ? decodeAddress(order.depositAddress) : ESCROW_ADDRESS;
    const amount = this.#amountFor(orderId);
    const denom = random.below(20) === 0 ? "ueurc" : "uusdc";
    const refund = random.pick([undefined, { domain: 3, address: new Uint8Array(32).fill(8) }]);
    const named = encodeOrderHook({ orderId: random.below(8) === 0 ? this.#anOrder() : orderId, refund });
    const hookData = random.pick([named, named, new Uint8Array(0), utf8("SORD"), utf8("cctp-forward")]);
    this.#nonce += 1;
    const cctpVersion = random.pick([1, 2] as const);
    const receipt: MintReceipt = {
      ...{ cctpVersion, sourceDomain: random.below(7), mintRecipient, amount, denom },
      nonce: new Uint8Array(cctpVersion === 1 ? 8 : 32).fill(this.#nonce & 255),
      messageHash: sha256(utf8(`message ${this.#nonce}`)),
      feeExecuted: BigInt(random.below(3)),
      burnToken: new Uint8Array(32).fill(1),
      messageSender: new Uint8Array(32).fill(2),
      finalityThresholdExecuted: random.pick([500, 1000, 2000, 2000]),
      hookData: cctpVersion === 1 ? new Uint8Array(0) : hookData,
    };
    world.fund(encodeAddress(mintRecipient), `${amount}${denom}`);
    const { failure, events } = world.run((ctx) => this.#receiver.onCctpMessageReceived(ctx, receipt));
    if (failure !== undefined) throw new Error(`a mint failed: ${failure.log}`);
    this.#listen(events);
    this.passed.set("mint", (this.passed.get("mint") ?? 0) + 1);
  }

  /** A message about an order: half of them what the table allows, by somebody who may; the others anything by anybody. */
  #move(): void {
    const { random, world } = this;
    const orderId = this.#anOrder();
    const order = world.orders.store.getOrder(world.context(), orderId);
    const rows = TRANSITIONS.filter(({ from, action }) => from === order?.status && ACTION_TYPE_URLS.has(action));
    // Most orders are delivered: without this hardly one would come so far.
    const goods = rows.filter(({ action }) => GOODS.has(action));
    if (goods.length > 0 && random.below(4) > 0) rows.splice(0, rows.length, ...goods);
    const row = random.below(2) === 0 && rows.length > 0 ? random.pick(rows) : undefined;
    const typeUrl = ACTION_TYPE_URLS.get((row ?? random.pick(TRANSITIONS)).action);
    const handler = typeUrl === undefined ? undefined : world.router.findMsg(typeUrl);
    if (handler === undefined) return;
    const signer = row === undefined ? random.pick(EVERYBODY) : PERSON_OF.get(random.pick(row.roles));
    const outcome = random.pick([1, 2, 2, 3]);
    const message = {
      ...{ signer, orderId, outcome, carrier: "UPS", trackingNumber: "1Z" },
      itemIndexes: random.pick([[], [], [], [0], [1], [0, 2]]),
      refundAmount: outcome === 2 ? "999" : "",
    };
    if (typeUrl?.endsWith("MsgPayOrder")) {
      this.#send(tx.MsgPayOrder, { payer: PEOPLE.customer, orderId, amount: coin(this.#amountFor(orderId)) });
      return;
    }
    const codec = handler.request as MessageCodec<Record<string, unknown>>;
    this.#send(codec, { ...message, amount: random.pick(["", "1", "1000", "20000000"]) });
  }

  /** Refunds and exceptions on their way. */
  #settle(): void {
    const { random, world } = this;
    const state = world.exported() as {
      refunds: { id: string; phase: number }[];
      exceptions: { id: string; status: number }[];
    };
    const refundId = random.pick(state.refunds.filter(({ phase }) => phase !== 4))?.id ?? "ref_none";
    const exceptionId = random.pick(state.exceptions.filter(({ status }) => status === 1))?.id ?? "exc_none";
    const signer = random.pick([PEOPLE.customer, PEOPLE.merchant, PEOPLE.relayer, PEOPLE.relayer, GOV]);
    const refundAddress = this.#refundAddress();
    const messages: readonly (() => void)[] = [
      () => this.#send(tx.MsgSetRefundAddress, { signer, orderId: this.#anOrder(), refundAddress }),
      () => this.#send(tx.MsgClaimRefund, { signer, refundId, refundAddress }),
      () => this.#send(tx.MsgRetryRefund, { signer, refundId }),
      () =>
        this.#send(tx.MsgReportRefundAttested, { signer, refundId, attestedMessageHash: new Uint8Array(32).fill(3) }),
      () => this.#send(tx.MsgReportRefundCompleted, { signer, refundId, destinationTxHash: "0xabc" }),
      () => this.#send(tx.MsgReportRefundFailed, { signer, refundId, failure: "blacklisted" }),
      () => this.#send(tx.MsgResolveException, { signer, exceptionId, action: random.pick([1, 2]) }),
      () => this.#send(tx.MsgSweepDeposit, { signer, orderId: this.#leaveMoney() }),
    ];
    random.pick(messages)();
  }

  /** Money at a deposit address that nobody told of. */
  #leaveMoney(): string {
    const orderId = this.#anOrder();
    const order = this.world.orders.store.getOrder(this.world.context(), orderId);
    if (order !== undefined) this.world.fund(order.depositAddress, "12345uusdc");
    return orderId;
  }

  #govern(): void {
    const { random, world } = this;
    const { merchant, operator } = PEOPLE;
    const messages: readonly (() => void)[] = [
      () => this.#send(tx.MsgPause, { authority: GOV, msgTypeUrls: [PAY_ORDER] }),
      () => this.#send(tx.MsgUnpause, { authority: GOV, msgTypeUrls: [PAY_ORDER] }),
      () => this.#send(tx.MsgUnpause, { authority: GOV, msgTypeUrls: [PAY_ORDER] }),
      () => this.#send(tx.MsgRemoveOperator, { merchant, operator }),
      () => this.#send(tx.MsgAddOperator, { merchant, operator }),
      () => this.#setPrices(),
      () => this.#setPrices(),
      () => this.#setPrices(),
      () => {
        const feeTolerance = random.pick(["0", "2"]);
        this.#send(tx.MsgUpdateMerchant, {
          merchant,
          settings: tx.MsgUpdateMerchant.fromPartial({ settings: { feeTolerance } }).settings!,
        });
      },
      () => {
        const params = world.orders.store.params(world.context());
        const processingFeeBasisPoints = random.pick([0, 25, 10_000]);
        this.#send(tx.MsgUpdateParams, {
          authority: GOV,
          params: { ...params, processingFeeBasisPoints, acceptLate: random.below(2) === 0 },
        });
      },
      () => {
        world.burner.isOpen = !world.burner.isOpen;
      },
    ];
    random.pick(messages)();
  }
}
