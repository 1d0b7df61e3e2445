// The one extension option of transactions that this chain knows: messages that succeed and fail each on their own, so
// that a service can put the wishes of many people into one transaction (proto/stateset/tx/v1/tx.proto).

import type { Any } from "../../gen/google/protobuf/any.ts";
import { IndependentMessages } from "../../gen/stateset/tx/v1/tx.ts";
import { typeUrlOf } from "../codec/message.ts";
import type { DecodedTx } from "../codec/tx.ts";

const TYPE_URL = typeUrlOf(IndependentMessages);

/** Whether the messages of a transaction are independent. Cheap: hardly any transaction has options. */
export function hasIndependentMessages({ body }: DecodedTx): boolean {
  return body.extensionOptions.length > 0 && areKnownExtensions(body.extensionOptions);
}

/** Whether the options are none, or the one that is known, once and without anything in it. */
export function areKnownExtensions(options: readonly Any[]): boolean {
  if (options.length === 0) return true;
  const [option] = options;
  return options.length === 1 && option?.typeUrl === TYPE_URL && option.value.length === 0;
}
