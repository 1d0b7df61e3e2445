// What the routes of orders have in common.

import type { FastifyReply, FastifyRequest } from "fastify";
import { type TSchema, Type } from "typebox";
import type { Any } from "../../../../gen/google/protobuf/any.ts";
import { Id, nullable, ref } from "../../http/schemas.ts";
import type { WriteOutcome } from "../../parts.ts";
import { actAs } from "../messages.ts";
import type { OrderReads } from "../orderReads.ts";
import { OrderSchema, WriteSchema } from "../schemas.ts";
import { answerWrite } from "../writes.ts";

export const OrderParams = Type.Object({ order_id: Id });

/** A body that may be left out. */
export function optionalBody<T extends TSchema>(schema: T) {
  return nullable(schema);
}

/** The answers of a write: what it made, or the write itself where the client does not wait. */
export function writeAnswers<const S extends number, T extends TSchema>(status: S, schema: T) {
  return { [status]: schema, 202: ref(WriteSchema) } as { [key in S]: T } & {
    202: ReturnType<typeof ref<typeof WriteSchema>>;
  };
}

/** The answer of most writes. */
export const OrderAnswer = { 200: ref(OrderSchema), 202: ref(WriteSchema) };

/** A message that changes one order, and is answered with the order. */
export interface OrderWrite {
  readonly orderId: string;
  /** Who the message's signer is. */
  readonly actor: string;
  readonly message: Any;
}

/** Sends it. */
export function answerOrderWrite(
  reads: OrderReads,
  http: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { orderId, actor, message }: OrderWrite,
): Promise<FastifyReply> {
  const key = http.request.apiKey;
  return answerWrite(reads, http, {
    message: actAs(key, actor, message),
    orderIds: [orderId],
    answer: async (_outcome: WriteOutcome) => reads.view(await reads.freshOrder(key, orderId)),
  });
}
