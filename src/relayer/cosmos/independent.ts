// Messages that succeed and fail each on their own: an extension option of transactions that our chain knows
// (proto/stateset/tx/v1/tx.proto) and other chains refuse.

import { TxMsgData } from "../../../gen/cosmos/base/abci/v1beta1/abci.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { IndependentMessages, MessageFailure } from "../../../gen/stateset/tx/v1/tx.ts";

/** The option. */
export const INDEPENDENT: Any = { typeUrl: `/${IndependentMessages.$type}`, value: new Uint8Array(0) };

const FAILURE_TYPE_URL = `/${MessageFailure.$type}`;
/** How chains refuse an option that they do not know: the SDK's text, and that of a type without a registration. */
const UNKNOWN_TEXTS = ["unknown extension options", "unable to resolve type URL", "no registered implementations"];

/** Whether a transaction was refused because of the option. */
export function isOptionRefused(log: string): boolean {
  return UNKNOWN_TEXTS.some((text) => log.includes(text));
}

/** Why messages of a transaction failed, by their place in it; empty when all passed. */
export function failuresOf(msgResponses: readonly Any[]): ReadonlyMap<number, string> {
  const failures = new Map<number, string>();
  for (const [index, { typeUrl, value }] of msgResponses.entries()) {
    if (typeUrl !== FAILURE_TYPE_URL) continue;
    const { codespace, code, log } = MessageFailure.decode(value);
    failures.set(index, log === "" ? `${codespace} ${code}` : log);
  }
  return failures;
}

/** The same from the data of a transaction in a block. */
export function failuresOfData(data: Uint8Array): ReadonlyMap<number, string> {
  return failuresOf(TxMsgData.decode(data).msgResponses);
}
