// What the doctor asks the orders module: orders with their payments, refunds and exceptions, and what became of a mint.

import { QueryBalanceRequest, QueryBalanceResponse } from "../../../gen/cosmos/bank/v1beta1/query.ts";
import * as query from "../../../gen/stateset/orders/v1/query.ts";
import {
  CancelCause,
  ExceptionKind,
  ExceptionPolicy,
  ExceptionStatus,
  type Order,
  OrderStatus,
  type Payment,
  type PaymentException,
  PaymentMethod,
  PaymentStatus,
  type Refund,
  RefundPhase,
} from "../../../gen/stateset/orders/v1/types.ts";
import { isZero } from "../../cctp/bytes32.ts";
import { fromHex, toBase64, toHex } from "../../codec/bytes.ts";
import { type CosmosRpc, QueryRefusedError } from "../cosmos/cosmosRpc.ts";
import type { Hex } from "../journal/record.ts";
import type { OrderState, PaymentFacts, RefundFacts } from "./orderFacts.ts";
import type { CreditFacts, ExceptionFacts } from "./transferFacts.ts";

const MODULE = "stateset.orders.v1";
const APPLIED = `${MODULE}.EventCrossChainPaymentApplied`;
const EXCEPTION = `${MODULE}.EventCrossChainPaymentException`;
const INITIATED = `${MODULE}.EventCrossChainRefundInitiated`;
/** Entries of the exception ledger that are looked at for one order. */
const EXCEPTIONS_PAGE = { limit: 100n };
const MS_PER_SECOND = 1000;

/** An order with what belongs to it, as the chain has it. */
export interface OrderRead {
  readonly state: OrderState;
  readonly payments: readonly PaymentFacts[];
  readonly refunds: readonly Refund[];
}

/** The orders module of one chain. Methods reject with DestinationError; what the chain refuses is undefined or empty. */
export class OrdersState {
  readonly #rpc: CosmosRpc;

  constructor(rpc: CosmosRpc) {
    this.#rpc = rpc;
  }

  async #maybe<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      if (error instanceof QueryRefusedError) return undefined;
      throw error;
    }
  }

  /** Undefined when there is none, or no orders module. `nowMs`: the time of the chain. */
  async order(orderId: string, nowMs: number): Promise<OrderRead | undefined> {
    const request = { codec: query.QueryOrderRequest, value: { orderId } };
    const answer = await this.#maybe(this.#rpc.query(`/${MODULE}.Query/Order`, request, query.QueryOrderResponse));
    if (answer?.order === undefined) return undefined;
    const { order, payments, refunds, amountDue } = answer;
    return { state: orderState(order, BigInt(amountDue || "0"), nowMs), payments: payments.map(paymentFacts), refunds };
  }

  async payment(paymentId: string): Promise<Payment | undefined> {
    const request = { codec: query.QueryPaymentRequest, value: { paymentId } };
    const path = `/${MODULE}.Query/Payment`;
    return (await this.#maybe(this.#rpc.query(path, request, query.QueryPaymentResponse)))?.payment;
  }

  async refund(refundId: string): Promise<Refund | undefined> {
    const request = { codec: query.QueryRefundRequest, value: { refundId } };
    return (await this.#maybe(this.#rpc.query(`/${MODULE}.Query/Refund`, request, query.QueryRefundResponse)))?.refund;
  }

  async exception(exceptionId: string): Promise<ExceptionFacts | undefined> {
    const request = { codec: query.QueryExceptionRequest, value: { exceptionId } };
    const path = `/${MODULE}.Query/Exception`;
    const answer = await this.#maybe(this.#rpc.query(path, request, query.QueryExceptionResponse));
    return answer?.exception === undefined ? undefined : exceptionFacts(answer.exception);
  }

  async exceptionsOf(orderId: string): Promise<readonly ExceptionFacts[]> {
    const value = query.QueryExceptionsRequest.fromPartial({ orderId, pagination: EXCEPTIONS_PAGE });
    const request = { codec: query.QueryExceptionsRequest, value };
    const path = `/${MODULE}.Query/Exceptions`;
    const answer = await this.#maybe(this.#rpc.query(path, request, query.QueryExceptionsResponse));
    return (answer?.exceptions ?? []).map(exceptionFacts);
  }

  /** Micro-units at an address. */
  async balance(address: string, denom: string): Promise<bigint> {
    const request = { codec: QueryBalanceRequest, value: QueryBalanceRequest.fromPartial({ address, denom }) };
    const path = "/cosmos.bank.v1beta1.Query/Balance";
    const answer = await this.#maybe(this.#rpc.query(path, request, QueryBalanceResponse));
    return BigInt(answer?.balance?.amount ?? "0");
  }

  /** Heights of the blocks that may hold the burn of a refund: in a transaction, or at the end of a block. */
  async burnHeights(messageHash: string): Promise<readonly bigint[]> {
    const text = `${INITIATED}.message_hash='"${messageHash}"'`;
    const { txs } = await this.#rpc.call((rpc) => rpc.txSearch({ query: text, per_page: 1 }));
    const [tx] = txs;
    if (tx !== undefined) return [BigInt(tx.height)];
    const { blocks } = await this.#rpc.call((rpc) => rpc.blockSearch({ query: text, per_page: 1 }));
    return blocks.map(({ block }) => BigInt(block.header.height));
  }

  /** What a delivery made of one message's mint; undefined for what paid no order. */
  async creditOf(attestedHash: Hex, txHash: string): Promise<CreditFacts | undefined> {
    const { txs } = await this.#rpc.call((rpc) => rpc.txSearch({ query: `tx.hash='${txHash.toUpperCase()}'` }));
    const events = txs[0]?.result.events ?? [];
    const hash = toBase64(fromHex(attestedHash.slice(2)));
    const ofMessage = (type: string, key: string) =>
      events.filter((event) => event.type === type).flatMap((event) => objectOf(event, key, hash));
    const [applied] = ofMessage(APPLIED, "payment");
    const entries = await Promise.all(ofMessage(EXCEPTION, "exception").map(({ id }) => this.exception(id)));
    const exceptions = entries.filter((entry) => entry !== undefined);
    if (applied === undefined) return exceptions.length === 0 ? undefined : { payment: undefined, exceptions };
    const payment = await this.payment(applied.id);
    if (payment === undefined) return { payment: undefined, exceptions };
    const order = await this.order(payment.orderId, 0);
    const { id: paymentId, orderId, amountApplied } = payment;
    const status = order?.state.status ?? "";
    return { payment: { paymentId, orderId, amountApplied: BigInt(amountApplied || "0"), status }, exceptions };
  }
}

interface CometEvent {
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}

/** The id of the object in a typed event, when it came from a message. */
function objectOf({ attributes }: CometEvent, key: string, messageHash: string): readonly { readonly id: string }[] {
  const text = attributes.find((attribute) => attribute.key === key)?.value ?? "null";
  // The JSON of this chain's own events.
  const value = JSON.parse(text) as {
    readonly id?: string;
    readonly origin?: { readonly message_hash?: string };
  } | null;
  if (typeof value?.id !== "string" || value.origin?.message_hash !== messageHash) return [];
  return [{ id: value.id }];
}

/** The name of a value of a generated enum, without its prefix: `ORDER_STATUS_PAID` as `PAID`. */
function nameOf(values: Readonly<Record<string, number>>, prefix: string, value: number): string {
  const name = Object.keys(values).find((key) => values[key] === value);
  return name?.slice(prefix.length) ?? String(value);
}

function orderState(order: Order, due: bigint, nowMs: number): OrderState {
  const expiry = order.expiresAt === undefined ? undefined : Number(order.expiresAt.seconds) - nowMs / MS_PER_SECOND;
  const isCancelled = order.cancelCause !== CancelCause.CANCEL_CAUSE_UNSPECIFIED;
  return {
    id: order.id,
    status: nameOf(OrderStatus, "ORDER_STATUS_", order.status),
    paymentStatus: nameOf(PaymentStatus, "PAYMENT_STATUS_", order.paymentStatus),
    cancelCause: isCancelled ? nameOf(CancelCause, "CANCEL_CAUSE_", order.cancelCause) : "",
    total: BigInt(order.total || "0"),
    paid: BigInt(order.amountPaid || "0"),
    due,
    depositAddress: order.depositAddress,
    secondsToExpiry: expiry,
  };
}

function paymentFacts({ id, method, amount, amountApplied, origin, height }: Payment): PaymentFacts {
  return {
    id,
    method: nameOf(PaymentMethod, "PAYMENT_METHOD_", method),
    amount: BigInt(amount || "0"),
    applied: BigInt(amountApplied || "0"),
    sourceDomain: origin?.sourceDomain,
    height: BigInt(height),
  };
}

function exceptionFacts(entry: PaymentException): ExceptionFacts {
  const { id, orderId, kind, policy, status, amount, detail, refundId } = entry;
  return {
    id,
    orderId,
    kind: nameOf(ExceptionKind, "EXCEPTION_KIND_", kind),
    policy: nameOf(ExceptionPolicy, "EXCEPTION_POLICY_", policy),
    status: nameOf(ExceptionStatus, "EXCEPTION_STATUS_", status),
    amount: BigInt(amount || "0"),
    detail,
    refundId,
  };
}

/** A refund without its transfer, which is followed elsewhere. */
export function refundFacts(refund: Refund): Omit<RefundFacts, "transfer"> {
  const { id, phase, amount, failure, attempts, refundAddress, destinationTxHash } = refund;
  const isRemote = refundAddress !== undefined && !isZero(refundAddress.address);
  return {
    id,
    phase: nameOf(RefundPhase, "REFUND_PHASE_", phase),
    amount: BigInt(amount || "0"),
    failure,
    attempts,
    isRemote,
    destinationTxHash,
  };
}

/** The hash of a refund's burn, lower-case hex; undefined while it was not burned. */
export function burnHashOf({ messageHash }: Refund): string | undefined {
  return messageHash.length === 0 ? undefined : toHex(messageHash);
}
