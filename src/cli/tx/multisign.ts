// Puts the signatures of a multisig key's members together (cosmos-sdk v0.53 x/auth/client/cli/tx_multisign.go).

import { MultiSignature } from "../../../gen/cosmos/crypto/multisig/v1beta1/multisig.ts";
import { SignMode } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { signBytes } from "../../../x/auth/ante/signers.ts";
import { encodeAddress } from "../../codec/address.ts";
import { bytesEqual } from "../../codec/bytes.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { sha256 } from "../../crypto/hash.ts";
import { makeBitArray } from "../../crypto/multisig.ts";
import { decodePubKey, encodePubKey, type MultisigPubKey } from "../../crypto/pubKey.ts";
import { verifySecp256k1 } from "../../crypto/secp256k1.ts";
import { CliError } from "../cliError.ts";
import { type Draft, type DraftSignature, decodeDraft, encodeDraft, withSignatures } from "./draft.ts";
import { addressOfKey, type SigningPlace } from "./signDraft.ts";

/** The key of several people in an Any. Throws CliError when it is another. */
export function requireMultisig(publicKey: Any): MultisigPubKey {
  const key = decodePubKey(publicKey);
  if (key.kind === "multisig") return key;
  throw new CliError("usage", "the key is not a multisig key");
}

/** Where a key stands among the members. Throws CliError when it is none of them. */
export function memberIndex(key: MultisigPubKey, publicKey: Any): number {
  const index = key.members.findIndex((member) => bytesEqual(encodePubKey(member).value, publicKey.value));
  if (index >= 0) return index;
  throw new CliError("failed", `${encodeAddress(addressOfKey(publicKey))} is not a part of the multisig key`);
}

/**
 * The draft signed by the multisig key, from the signatures of its members in any order. Throws CliError on a signature
 * that is not a member's or not valid, and when there are too few.
 */
export function multisign(
  registry: TypeRegistry,
  draft: Draft,
  publicKey: Any,
  parts: { readonly place: SigningPlace; readonly signatures: readonly DraftSignature[] },
): Draft {
  const key = requireMultisig(publicKey);
  const byMember = new Map<number, DraftSignature>();
  for (const signature of parts.signatures) {
    requireValid(registry, draft, signature, parts.place);
    byMember.set(memberIndex(key, signature.publicKey), signature);
  }
  if (byMember.size < key.threshold) {
    throw new CliError("failed", `${key.threshold} of ${key.members.length} must sign, ${byMember.size} have`);
  }
  const members = [...byMember.keys()].sort((a, b) => a - b);
  const ordered = members.map((index) => byMember.get(index)!);
  const modeInfo = {
    multi: { bitarray: makeBitArray(key.members.length, members), modeInfos: ordered.map((one) => one.modeInfo) },
  };
  const signature = MultiSignature.encode({ signatures: ordered.map((one) => one.signature) }).finish();
  return withSignatures(draft, [{ publicKey, modeInfo, sequence: parts.place.sequence, signature }]);
}

function requireValid(registry: TypeRegistry, draft: Draft, member: DraftSignature, place: SigningPlace): void {
  const pubKey = decodePubKey(member.publicKey);
  const { single } = member.modeInfo;
  if (pubKey.kind !== "secp256k1" || single === undefined) {
    throw new CliError("usage", "members that are multisig keys themselves are not supported");
  }
  if (single.mode !== SignMode.SIGN_MODE_LEGACY_AMINO_JSON) {
    throw new CliError("usage", "the members of a multisig key sign in mode amino-json");
  }
  const { tx } = decodeDraft(registry, encodeDraft(draft));
  const digest = sha256(signBytes(registry, tx, single.mode, place));
  if (verifySecp256k1(pubKey.key, digest, member.signature)) return;
  const address = encodeAddress(addressOfKey(member.publicKey));
  throw new CliError("failed", `couldn't verify signature for address ${address}: wrong chain, account or sequence?`);
}
