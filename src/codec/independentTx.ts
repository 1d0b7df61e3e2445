// Transactions whose messages succeed and fail each on their own (proto/stateset/tx/v1/tx.proto), as those who send them see
// them: the option that asks for it, and what became of each message.

import { TxMsgData } from "../../gen/cosmos/base/abci/v1beta1/abci.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { IndependentMessages, MessageFailure } from "../../gen/stateset/tx/v1/tx.ts";
import { typeUrlOf } from "./message.ts";

/** The extension option. */
export const INDEPENDENT: Any = Object.freeze({ typeUrl: typeUrlOf(IndependentMessages), value: new Uint8Array(0) });

const FAILURE_TYPE_URL = typeUrlOf(MessageFailure);

/** The messages that failed, by their place; empty when all passed. */
export function messageFailures(msgResponses: readonly Any[]): ReadonlyMap<number, MessageFailure> {
  const failures = new Map<number, MessageFailure>();
  for (const [index, { typeUrl, value }] of msgResponses.entries()) {
    if (typeUrl === FAILURE_TYPE_URL) failures.set(index, MessageFailure.decode(value));
  }
  return failures;
}

/** What the messages of a transaction in a block answered, from its data. */
export function msgResponsesOf(data: Uint8Array): readonly Any[] {
  return TxMsgData.decode(data).msgResponses;
}
