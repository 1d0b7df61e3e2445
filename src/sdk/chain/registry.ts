// The message types of this chain for CosmJS: its own, and those that every Cosmos chain has.

import { type GeneratedType, Registry } from "@cosmjs/proto-signing";
import { defaultRegistryTypes } from "@cosmjs/stargate";
import * as cctpV1 from "../../../gen/circle/cctp/v1/tx.ts";
import * as cctpV2 from "../../../gen/circle/cctp/v2/tx.ts";
import * as auth from "../../../gen/cosmos/auth/v1beta1/tx.ts";
import * as bank from "../../../gen/cosmos/bank/v1beta1/tx.ts";
import * as distribution from "../../../gen/cosmos/distribution/v1beta1/tx.ts";
import * as slashing from "../../../gen/cosmos/slashing/v1beta1/tx.ts";
import * as staking from "../../../gen/cosmos/staking/v1beta1/tx.ts";
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

const knownToCosmJs = new Set(defaultRegistryTypes.map(([typeUrl]) => typeUrl));

/** Messages of the Cosmos SDK that this chain takes and CosmJS does not know by itself: unjailing, parameters and such. */
export const cosmosMessageTypes: readonly [string, GeneratedType][] = [staking, slashing, distribution, auth, bank]
  .flatMap(messageTypes)
  .filter(([typeUrl]) => !knownToCosmJs.has(typeUrl));

/** A registry of everything that this chain takes. Each call makes a new one, to which more can be added. */
export function stateSetRegistry(): Registry {
  return new Registry([...defaultRegistryTypes, ...cosmosMessageTypes, ...stateSetMessageTypes]);
}
