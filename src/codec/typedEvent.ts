// Protobuf events as ABCI events (cosmos-sdk v0.53 types/events.go, TypedEventToEvent).

import { fromBinary, type JsonObject, toJson } from "@bufbuild/protobuf";
import type { Event } from "../../gen/tendermint/abci/types.ts";
import { fileRegistry } from "./descriptors.ts";
import type { MessageCodec } from "./message.ts";

/** An event whose type is the message's full name; each field is an attribute, sorted by name, its value JSON text. */
export function typedEvent<T>(codec: MessageCodec<T>, message: T): Event {
  const desc = fileRegistry().getMessage(codec.$type);
  if (desc === undefined) throw new Error(`no descriptor of event ${codec.$type}`);
  const reflected = fromBinary(desc, codec.encode(message).finish());
  // A message type that is not a well-known one always becomes a JSON object.
  const json = toJson(desc, reflected, { useProtoFieldName: true, alwaysEmitImplicit: true }) as JsonObject;
  const names = Object.keys(json).sort((a, b) => (a < b ? -1 : 1));
  const attributes = names.map((key) => ({ key, value: JSON.stringify(json[key]), index: true }));
  return { type: codec.$type, attributes };
}
