// The message types of this chain for CosmJS: its own, and those that every Cosmos chain has.

import { type GeneratedType, Registry } from "@cosmjs/proto-signing";
import { defaultRegistryTypes } from "@cosmjs/stargate";
import * as cctpV1 from "../../../gen/circle/cctp/v1/tx.ts";
import * as cctpV2 from "../../../gen/circle/cctp/v2/tx.ts";
import * as authority from "../../../gen/stateset/authority/v1/tx.ts";
import * as cctp from "../../../gen/stateset/cctp/v1/tx.ts";
import * as fees from "../../../gen/stateset/fees/v1/tx.ts";
import * as issuer from "../../../gen/stateset/issuer/v1/tx.ts";
import * as orders from "../../../gen/stateset/orders/v1/tx.ts";

function isMessageType(value: unknown): value is GeneratedType & { readonly $type: string } {
  if (typeof value !== "object" || value === null || !("$type" in value)) return false;
  const name = String(value.$type).split(".").at(-1) ?? "";
  return name.startsWith("Msg") && !name.endsWith("Response");
}

/** Messages of a generated module, with their type URLs. */
function messageTypes(module: Readonly<Record<string, unknown>>): [string, GeneratedType][] {
  return Object.values(module)
    .filter(isMessageType)
    .map((type) => [`/${type.$type}`, type]);
}

/** Type URL and codec of each message of this chain's own modules. */
export const stateSetMessageTypes: readonly [string, GeneratedType][] = [
  orders,
  cctp,
  cctpV1,
  cctpV2,
  issuer,
  fees,
  authority,
].flatMap(messageTypes);

/** A registry of everything that this chain takes. Each call makes a new one, to which more can be added. */
export function stateSetRegistry(): Registry {
  return new Registry([...defaultRegistryTypes, ...stateSetMessageTypes]);
}
