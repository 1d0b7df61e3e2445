// Signs a transaction as the chain will verify it.

import { SignMode } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { signBytes } from "../../../x/auth/ante/signers.ts";
import { bytesEqual } from "../../codec/bytes.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { addressOfPubKey } from "../../crypto/address.ts";
import { sha256 } from "../../crypto/hash.ts";
import { decodePubKey } from "../../crypto/pubKey.ts";
import { signSecp256k1 } from "../../crypto/secp256k1.ts";
import { CliError } from "../cliError.ts";
import { type Draft, type DraftSignature, decodeDraft, encodeDraft, signaturesOf, withSignatures } from "./draft.ts";

/** How the signer proves that it wants the transaction. */
export type SignModeName = "direct" | "amino-json";

const MODES: Readonly<Record<SignModeName, SignMode>> = {
  direct: SignMode.SIGN_MODE_DIRECT,
  "amino-json": SignMode.SIGN_MODE_LEGACY_AMINO_JSON,
};

/** Where the signer's account stands, and on which chain. */
export interface SigningPlace {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

/** A key that can sign. */
export interface SigningKey {
  readonly publicKey: Any;
  /** 32 bytes. */
  readonly privKey: Uint8Array;
}

/** How to sign. */
export interface SigningOptions {
  readonly mode: SignModeName;
  /** Drops the signatures that are there; otherwise only that of the same key. */
  readonly overwrite: boolean;
}

/** The account that a public key signs for. */
export function addressOfKey(publicKey: Any): Uint8Array {
  return addressOfPubKey(decodePubKey(publicKey));
}

/**
 * A draft with one more signature. Throws CliError when the key is not asked to sign, and in mode `direct` when others
 * sign too; ChainError when the chain could not read the draft.
 */
export function signDraft(
  registry: TypeRegistry,
  draft: Draft,
  key: SigningKey,
  options: SigningOptions & { readonly place: SigningPlace },
): Draft {
  const { place, mode, overwrite } = options;
  const others = overwrite ? [] : signaturesOf(draft).filter(({ publicKey }) => !isSameKey(publicKey, key.publicKey));
  const sign = (signature: Uint8Array) => withSignatures(draft, [...others, signatureBy(key, place, mode, signature)]);
  const { tx } = decodeDraft(registry, encodeDraft(sign(new Uint8Array(0))));
  requireSigner(tx.signers, addressOfKey(key.publicKey));
  if (mode === "direct" && tx.signers.length > 1) {
    throw new CliError("usage", "in mode direct one signs alone: several signers use --sign-mode amino-json");
  }
  return sign(signSecp256k1(sha256(signBytes(registry, tx, MODES[mode], place)), key.privKey));
}

/** What a member of a multisig key signs, for `multisign` to put together. Throws as `signDraft`. */
export function signForMultisig(
  registry: TypeRegistry,
  draft: Draft,
  key: SigningKey,
  options: { readonly place: SigningPlace; readonly multisigAddress: Uint8Array },
): DraftSignature {
  const { tx } = decodeDraft(registry, encodeDraft(draft));
  requireSigner(tx.signers, options.multisigAddress);
  const bytes = signBytes(registry, tx, MODES["amino-json"], options.place);
  return signatureBy(key, options.place, "amino-json", signSecp256k1(sha256(bytes), key.privKey));
}

function signatureBy(
  { publicKey }: SigningKey,
  { sequence }: SigningPlace,
  mode: SignModeName,
  signature: Uint8Array,
): DraftSignature {
  return { publicKey, modeInfo: { single: { mode: MODES[mode] } }, sequence, signature };
}

function isSameKey(a: Any, b: Any): boolean {
  return a.typeUrl === b.typeUrl && bytesEqual(a.value, b.value);
}

function requireSigner(signers: readonly Uint8Array[], address: Uint8Array): void {
  if (signers.some((signer) => bytesEqual(signer, address))) return;
  throw new CliError("failed", "tx intended signer does not match the given signer");
}
