// The rules of orders and their money, as far as a test plays them, written a second time: what a payment, a mint, a refund
// does to an order and to the escrow.

import type { BurnAsked, CctpRules, MintFact } from "./cctpRules.ts";
import { ESCROW, type Ledger, type Refusal } from "./ledger.ts";

/** Where money goes back to: an account here, or a word (hex) on a domain. */
export type BackTo = { readonly local: string } | { readonly domain: number; readonly word: string };

/** Money on its way back. */
export interface RefundFact {
  readonly amount: bigint;
  backTo: BackTo | undefined;
  readonly cctp: 1 | 2;
  phase: "claimable" | "pending" | "burned" | "completed";
  /** Of a payment, and not of an exception. */
  readonly isOfPayment: boolean;
}

interface PaymentFact {
  left: bigint;
  readonly backTo: BackTo | undefined;
  readonly cctp: 1 | 2;
}

/** An order. */
export interface OrderFact {
  readonly id: string;
  readonly deposit: string;
  readonly customer: string;
  readonly total: bigint;
  /** In seconds of the chain's time. */
  expiresAt: bigint;
  status: "created" | "paid" | "cancelled" | "refunded";
  paid: bigint;
  escrowed: bigint;
  refunding: bigint;
  refunded: bigint;
  /** In open entries of the exception ledger. */
  excess: bigint;
  readonly payments: PaymentFact[];
  readonly refunds: RefundFact[];
}

/** What hook data says: another's, or an order with an address for refunds. */
export type HookFact = { readonly orderId: string; readonly backTo: BackTo | undefined } | undefined;

const MIN_PAYMENT = 10_000n;
const TOP_UP_SECONDS = 3600n;
const LARGE_TOTAL = 10_000_000_000n;

/** The bookkeeper of orders. */
export class OrderRules {
  readonly #ledger: Ledger;
  readonly #cctp: CctpRules;
  readonly orders = new Map<string, OrderFact>();
  /** Burns that refunds made, in order, each with the nonce that V1 gives it. */
  readonly burns: { readonly asked: BurnAsked; readonly nonce: bigint }[] = [];
  /** Money in the escrow that names no order. */
  unmatched = 0n;

  constructor(cctp: CctpRules) {
    this.#ledger = cctp.ledger;
    this.#cctp = cctp;
  }

  create(order: Pick<OrderFact, "id" | "deposit" | "customer" | "total" | "expiresAt">): OrderFact {
    const money = { paid: 0n, escrowed: 0n, refunding: 0n, refunded: 0n, excess: 0n };
    const fact: OrderFact = { ...order, ...money, status: "created", payments: [], refunds: [] };
    this.orders.set(fact.id, fact);
    return fact;
  }

  #credit(order: OrderFact, amount: bigint, payment: Omit<PaymentFact, "left">): void {
    order.payments.push({ ...payment, left: amount });
    order.paid += amount;
    order.escrowed += amount;
    if (order.paid === order.total) order.status = "paid";
    else if (order.payments.length === 1) order.expiresAt += TOP_UP_SECONDS;
  }

  /** Pays by a message or by a transfer to the deposit address: what is not due stays with the payer. */
  pay(
    order: OrderFact,
    { payer, amount, now, isTransfer }: { payer: string; amount: bigint; now: bigint; isTransfer: boolean },
  ): Refusal {
    if (order.status !== "created") return "orders 7";
    if (order.expiresAt <= now) return "orders 41";
    const due = order.total - order.paid;
    if (isTransfer && amount < MIN_PAYMENT && amount < due) return "orders 27";
    const applied = amount < due ? amount : due;
    if (this.#ledger.balance(payer) < (isTransfer ? amount : applied)) return "sdk 5";
    this.#ledger.move(payer, ESCROW, applied);
    this.#credit(order, applied, { backTo: { local: payer }, cctp: 2 });
    return undefined;
  }

  /** What a mint to a deposit address or to the escrow does. Nothing is ever refused. */
  onMint(mint: MintFact, hook: HookFact, now: bigint): void {
    const account = this.#cctp.accountOf(mint.to);
    const byDeposit = [...this.orders.values()].find(({ deposit }) => deposit === account);
    if (byDeposit === undefined && account !== ESCROW) return;
    if (byDeposit !== undefined) this.#ledger.move(account, ESCROW, mint.amount);
    const isConflict = byDeposit !== undefined && hook !== undefined && hook.orderId !== byDeposit.id;
    const order = isConflict ? undefined : (byDeposit ?? this.orders.get(hook?.orderId ?? ""));
    if (order === undefined) this.unmatched += mint.amount;
    else this.#take(order, mint, hook?.backTo, now);
  }

  #take(order: OrderFact, { cctp, amount, finality }: MintFact, backTo: BackTo | undefined, now: bigint): void {
    const due = order.total - order.paid;
    const isLate = order.status === "cancelled" || order.status === "refunded" || order.expiresAt <= now;
    if (order.status !== "created" || isLate) {
      this.#except(order, amount, { backTo, cctp, isSentBack: true });
      return;
    }
    const isWeak = finality < (order.total >= LARGE_TOTAL ? 2000 : 1000);
    if (isWeak || (amount < MIN_PAYMENT && amount < due)) {
      this.#except(order, amount, { backTo, cctp, isSentBack: false });
      return;
    }
    const applied = amount < due ? amount : due;
    this.#credit(order, applied, { backTo, cctp });
    if (amount > applied) this.#except(order, amount - applied, { backTo, cctp, isSentBack: true });
  }

  /** An entry of the exception ledger: sent back at once where that is the policy and an address is known. */
  #except(
    order: OrderFact,
    amount: bigint,
    { backTo, cctp, isSentBack }: { backTo: BackTo | undefined; cctp: 1 | 2; isSentBack: boolean },
  ): void {
    if (!isSentBack || backTo === undefined) order.excess += amount;
    else this.#start(order, { amount, backTo, cctp, isOfPayment: false });
  }

  #start(order: OrderFact, refund: Omit<RefundFact, "phase">): void {
    const started: RefundFact = { ...refund, phase: refund.backTo === undefined ? "claimable" : "pending" };
    order.refunds.push(started);
    if (started.phase === "pending") this.#send(order, started);
  }

  #send(order: OrderFact, refund: RefundFact): void {
    const { backTo, amount, cctp } = refund;
    if (backTo === undefined) throw new Error("a refund without an address is sent");
    if ("local" in backTo) {
      this.#ledger.move(ESCROW, backTo.local, amount);
      this.#complete(order, refund);
      return;
    }
    const { domain, word } = backTo;
    const maxFee = cctp === 2 ? this.#cctp.leastFee(amount) : 0n;
    const burn = { from: ESCROW, amount, denom: "uusdc", domain, recipient: word, caller: undefined };
    const asked = { ...burn, cctp, maxFee, hookData: undefined };
    if (this.#cctp.burnRefusal(asked) !== undefined) return;
    this.burns.push({ asked, nonce: this.#cctp.nextNonce });
    this.#cctp.burn(asked);
    refund.phase = "burned";
  }

  #complete(order: OrderFact, refund: RefundFact): void {
    refund.phase = "completed";
    if (!refund.isOfPayment) return;
    order.refunding -= refund.amount;
    order.refunded += refund.amount;
    if (order.status === "paid" && order.refunded === order.paid) order.status = "refunded";
  }

  /** Gives back an amount of the payments, the newest first. */
  #refund(order: OrderFact, amount: bigint): void {
    let left = amount;
    const parts: Omit<RefundFact, "phase">[] = [];
    for (const payment of order.payments.toReversed()) {
      const part = payment.left < left ? payment.left : left;
      if (part === 0n) continue;
      payment.left -= part;
      left -= part;
      parts.push({ amount: part, backTo: payment.backTo, cctp: payment.cctp, isOfPayment: true });
    }
    order.escrowed -= amount;
    order.refunding += amount;
    for (const part of parts) this.#start(order, part);
  }

  /** The merchant refunds; undefined is all that is left. */
  refund(order: OrderFact, amount: bigint | undefined): Refusal {
    if (order.status !== "paid") return "orders 7";
    const asked = amount ?? order.escrowed;
    if (asked === 0n || asked > order.escrowed) return "orders 28";
    this.#refund(order, asked);
    return undefined;
  }

  /** The customer cancels, or the chain when nobody paid in time. */
  cancel(order: OrderFact): Refusal {
    if (order.status !== "created" && order.status !== "paid") return "orders 7";
    order.status = "cancelled";
    if (order.escrowed > 0n) this.#refund(order, order.escrowed);
    return undefined;
  }

  /** The customer says where a claimable refund goes. */
  claim(order: OrderFact, refund: RefundFact, backTo: BackTo): Refusal {
    if (refund.phase !== "claimable") return "orders 36";
    refund.backTo = backTo;
    refund.phase = "pending";
    this.#send(order, refund);
    return undefined;
  }

  retry(order: OrderFact, refund: RefundFact): Refusal {
    if (refund.phase !== "pending") return "orders 36";
    this.#send(order, refund);
    return undefined;
  }

  /** The relayer reports that a refund arrived. */
  report(order: OrderFact, refund: RefundFact): Refusal {
    if (refund.phase !== "burned") return "orders 36";
    this.#complete(order, refund);
    return undefined;
  }

  /** The end of a block. */
  endBlock(now: bigint): void {
    const due = [...this.orders.values()].filter(({ status, expiresAt }) => status === "created" && expiresAt <= now);
    for (const order of due) this.cancel(order);
  }

  /** What the escrow must hold. */
  escrow(): bigint {
    let sum = this.unmatched;
    for (const { escrowed, excess, refunds } of this.orders.values()) {
      sum += escrowed + excess;
      for (const { phase, amount } of refunds) if (phase === "claimable" || phase === "pending") sum += amount;
    }
    return sum;
  }
}
