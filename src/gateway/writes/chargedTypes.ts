// What a message is charged for by the chain's price list, and by what its gas is remembered.

import { MsgExec } from "../../../gen/cosmos/authz/v1beta1/tx.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { typeUrlOf } from "../../codec/message.ts";

const EXEC = typeUrlOf(MsgExec);
/** As deep as x/fees looks. */
const DEPTH_MAX = 8;

/** The message's own type, or those of the messages that it executes for others. Throws on malformed bytes. */
export function chargedTypes({ typeUrl, value }: Any, depth = 0): readonly string[] {
  if (typeUrl !== EXEC || depth >= DEPTH_MAX) return [typeUrl];
  const { msgs } = MsgExec.decode(value);
  return msgs.length === 0 ? [typeUrl] : msgs.flatMap((inner) => chargedTypes(inner, depth + 1));
}
