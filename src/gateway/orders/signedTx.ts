// A payment that the payer signed: what it says is checked before it is sent.

import type { Any } from "../../../gen/google/protobuf/any.ts";
import { MsgPayOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import { typeUrlOf } from "../../codec/message.ts";
import { Problem } from "../http/problem.ts";

const FIELD = "/signed_tx";

/** What a transaction pays. */
export interface SignedPayment {
  readonly orderId: string;
  /** Micro-units. */
  readonly amount: bigint;
}

function refused(detail: string, cause?: unknown): Problem {
  return new Problem("invalid_request", { detail, field: FIELD }, { cause });
}

function decodePayment(value: Uint8Array): MsgPayOrder {
  try {
    return MsgPayOrder.decode(value);
  } catch (cause) {
    throw refused("the message is malformed", cause);
  }
}

/** The payment of one order that messages are. Throws Problem `invalid_request` when they are anything else. */
export function readSignedPayment(messages: readonly Any[]): SignedPayment {
  const [message] = messages;
  if (messages.length !== 1 || message?.typeUrl !== typeUrlOf(MsgPayOrder)) {
    throw refused("the transaction must hold one message, MsgPayOrder");
  }
  const { orderId, amount } = decodePayment(message.value);
  if (amount?.denom !== "uusdc" || !/^[1-9][0-9]{0,30}$/.test(amount.amount)) {
    throw refused("the message names no amount of uusdc");
  }
  return { orderId, amount: BigInt(amount.amount) };
}
