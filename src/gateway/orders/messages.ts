// Messages of the chain, and who sends them: the API key's signer, for itself or, by authz, in somebody's name.

import { MsgExec, MsgExecResponse } from "../../../gen/cosmos/authz/v1beta1/tx.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { encodeMessage, type MessageCodec, typeUrlOf } from "../../codec/message.ts";
import type { ApiKey, WriteOutcome } from "../parts.ts";

/** A message of the chain as a transaction carries it. */
export function anyOf<T>(codec: MessageCodec<T>, value: object): Any {
  return { typeUrl: typeUrlOf(codec), value: encodeMessage(codec, codec.fromPartial(value)) };
}

/** The message, sent by the key's signer: as it is, or by authz where another one is its actor. */
export function actAs(key: ApiKey, actor: string, message: Any): Any {
  return actor === key.signer ? message : anyOf(MsgExec, { grantee: key.signer, msgs: [message] });
}

/** The response of a message that may have been executed by authz. */
export function responseOf<T>(codec: MessageCodec<T>, { response }: WriteOutcome): T {
  if (response.typeUrl !== typeUrlOf(MsgExecResponse)) return codec.decode(response.value);
  return codec.decode(MsgExecResponse.decode(response.value).results[0] ?? new Uint8Array(0));
}
