// Messages that succeed and fail each on their own: an extension option of transactions that our chain knows
// (src/codec/independentTx.ts) and other chains refuse.

import type { Any } from "../../../gen/google/protobuf/any.ts";
import { messageFailures, msgResponsesOf } from "../../codec/independentTx.ts";

/** How chains refuse an option that they do not know: the SDK's text, and that of a type without a registration. */
const UNKNOWN_TEXTS = ["unknown extension options", "unable to resolve type URL", "no registered implementations"];

/** Whether a transaction was refused because of the option. */
export function isOptionRefused(log: string): boolean {
  return UNKNOWN_TEXTS.some((text) => log.includes(text));
}

/** Why messages of a transaction failed, by their place in it; empty when all passed. */
export function failuresOf(msgResponses: readonly Any[]): ReadonlyMap<number, string> {
  const failures = messageFailures(msgResponses);
  return new Map([...failures].map(([index, { codespace, code, log }]) => [index, log || `${codespace} ${code}`]));
}

/** The same from the data of a transaction in a block. */
export function failuresOfData(data: Uint8Array): ReadonlyMap<number, string> {
  return failuresOf(msgResponsesOf(data));
}
