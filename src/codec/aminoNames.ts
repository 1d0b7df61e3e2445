// The names under which amino knows types, and the four bytes that stand for a name (go-amino v0.16 codec.go nameToDisfix).

import { hasOption } from "@bufbuild/protobuf";
import { sha256 } from "../crypto/hash.ts";
import { toHex } from "./bytes.ts";
import type { MessagePlan } from "./messagePlan.ts";
import type { TypeRegistry } from "./registry.ts";

/** Bytes that stand for a name. */
export const AMINO_PREFIX_BYTES = 4;
const DISAMBIGUATION_BYTES = 3;

function skipZeros(bytes: Uint8Array): Uint8Array {
  let at = 0;
  while (bytes[at] === 0) at += 1;
  return bytes.subarray(at);
}

/** The prefix of a name: four bytes of its hash, the first of which is not zero. */
export function aminoPrefix(name: string): Uint8Array {
  const rest = skipZeros(skipZeros(sha256(new TextEncoder().encode(name))).subarray(DISAMBIGUATION_BYTES));
  return rest.slice(0, AMINO_PREFIX_BYTES);
}

interface AminoTypes {
  readonly byName: ReadonlyMap<string, MessagePlan>;
  readonly byPrefix: ReadonlyMap<string, MessagePlan>;
}

const known = new WeakMap<TypeRegistry, AminoTypes>();

function aminoTypes(registry: TypeRegistry): AminoTypes {
  const found = known.get(registry);
  if (found !== undefined) return found;
  const byName = new Map<string, MessagePlan>();
  const option = registry.descriptors.getExtension("amino.name");
  for (const type of registry.descriptors) {
    // Types without a name may be such that have no plan.
    if (type.kind !== "message" || option === undefined || !hasOption(type, option)) continue;
    const plan = registry.plan(type.typeName);
    if (plan?.aminoName !== undefined) byName.set(plan.aminoName, plan);
  }
  const byPrefix = new Map([...byName].map(([name, plan]) => [toHex(aminoPrefix(name)), plan]));
  const types = { byName, byPrefix };
  known.set(registry, types);
  return types;
}

/** The type of `cosmos-sdk/MsgSend`, or `undefined`. */
export function planOfAminoName(registry: TypeRegistry, name: string): MessagePlan | undefined {
  return aminoTypes(registry).byName.get(name);
}

/** The type that four bytes stand for, or `undefined`. */
export function planOfAminoPrefix(registry: TypeRegistry, prefix: Uint8Array): MessagePlan | undefined {
  return aminoTypes(registry).byPrefix.get(toHex(prefix));
}
