// Public keys and signatures (cosmos-sdk v0.53 x/auth/ante/sigverify.go).

import { SignMode } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { SignDoc, type SignerInfo } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import type { Context } from "../../../src/baseapp/context.ts";
import { attribute } from "../../../src/baseapp/events.ts";
import type { SignatureVerdicts, VerifiedSigner } from "../../../src/baseapp/signatureVerdicts.ts";
import { encodeAddress } from "../../../src/codec/address.ts";
import { aminoSignBytesOfTx } from "../../../src/codec/aminoJson.ts";
import { bytesEqual, toBase64 } from "../../../src/codec/bytes.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { encodeMessage } from "../../../src/codec/message.ts";
import type { TypeRegistry } from "../../../src/codec/registry.ts";
import {
  ErrInvalidPubKey,
  ErrInvalidRequest,
  ErrTooManySignatures,
  ErrUnauthorized,
  ErrUnknownAddress,
  ErrWrongSequence,
} from "../../../src/codec/sdkErrors.ts";
import { timestampToNs } from "../../../src/codec/time.ts";
import type { DecodedTx } from "../../../src/codec/tx.ts";
import { sha256 } from "../../../src/crypto/hash.ts";
import { singleSignatures } from "../../../src/crypto/multisig.ts";
import { countSubKeys, type PubKey } from "../../../src/crypto/pubKey.ts";
import { type SignatureCheck, verifySync } from "../../../src/crypto/verifyPool.ts";
import type { AccountKeeper } from "../keeper.ts";
import { type KnownKey, knownKeyOf, shareKnownKey } from "../knownKey.ts";
import type { Account } from "../types.ts";
import type { AnteDecorator } from "./decorator.ts";

/** How far in the future an unordered transaction may expire: 10 minutes. */
const UNORDERED_TIMEOUT_MAX_NS = 600_000_000_000n;
/** What forgetting an unordered transaction later costs. */
const UNORDERED_GAS = 2240n;

const NO_BYTES = new Uint8Array(0);
const NO_PUBKEY: Any = Object.freeze({ typeUrl: "", value: NO_BYTES });

/** A public key in an Any, which is not changed afterwards. Throws ErrInvalidPubKey. */
function keyOf(any: Any): KnownKey {
  try {
    return knownKeyOf(any);
  } catch (error) {
    throw new ChainError(ErrInvalidPubKey, error instanceof Error ? error.message : String(error));
  }
}

function parsePubKey(any: Any): PubKey {
  return keyOf(any).pubKey;
}

function requireSigner(keeper: AccountKeeper, ctx: Context, address: Uint8Array): Account {
  const account = keeper.getAccount(ctx, address);
  if (account === undefined) {
    throw new ChainError(ErrUnknownAddress, `account ${encodeAddress(address)} does not exist`);
  }
  return account;
}

/** The signer info that belongs to a signer. */
function infoAt(tx: DecodedTx, index: number): SignerInfo {
  const info = tx.authInfo.signerInfos[index];
  if (info === undefined || tx.authInfo.signerInfos.length !== tx.signers.length) {
    throw new ChainError(
      ErrUnauthorized,
      `invalid number of signer;  expected: ${tx.signers.length}, got ${tx.authInfo.signerInfos.length}`,
    );
  }
  return info;
}

/** Stores the public key of a signer that has none yet, and tells of signatures. */
export function setPubKeys(keeper: AccountKeeper): AnteDecorator {
  return (ctx, tx) => {
    for (let index = 0; index < tx.signers.length; index += 1) {
      const signer = tx.signers[index]!;
      const { publicKey } = infoAt(tx, index);
      if (publicKey === undefined) continue;
      if (!bytesEqual(keyOf(publicKey).address, signer)) {
        // A simulation may carry a placeholder.
        if (ctx.mode === "simulate") continue;
        throw new ChainError(
          ErrInvalidPubKey,
          `pubKey does not match signer address ${encodeAddress(signer)} with signer index: ${index}`,
        );
      }
      const account = requireSigner(keeper, ctx, signer);
      if (account.pubKey === undefined) keeper.setAccount(ctx, { ...account, pubKey: publicKey });
    }
    emitSignatures(ctx, tx);
  };
}

function emitSignatures(ctx: Context, tx: DecodedTx): void {
  for (let index = 0; index < tx.signers.length; index += 1) {
    const { sequence } = infoAt(tx, index);
    const signer = encodeAddress(tx.signers[index]!);
    if (!tx.body.unordered) ctx.events.emit("tx", [attribute("acc_seq", `${signer}/${sequence}`)]);
    ctx.events.emit("tx", [attribute("signature", toBase64(tx.signatures[index] ?? NO_BYTES))]);
  }
}

/** Refuses more keys than the parameters allow, those in multisigs counted. */
export function countSignatures(keeper: AccountKeeper): AnteDecorator {
  return (ctx, tx) => {
    const { txSigLimit } = keeper.params(ctx);
    let count = 0;
    for (const signer of tx.signers) {
      const { pubKey } = requireSigner(keeper, ctx, signer);
      count += pubKey === undefined ? 1 : countSubKeys(parsePubKey(pubKey));
      if (BigInt(count) > txSigLimit) {
        throw new ChainError(ErrTooManySignatures, `signatures: ${count}, limit: ${txSigLimit}`);
      }
    }
  };
}

/** Charges for each signature by its kind. */
export function consumeSignatureGas(keeper: AccountKeeper): AnteDecorator {
  return (ctx, tx) => {
    const params = keeper.params(ctx);
    for (let index = 0; index < tx.signers.length; index += 1) {
      const { pubKey } = requireSigner(keeper, ctx, tx.signers[index]!);
      if (pubKey === undefined) {
        if (ctx.mode !== "simulate") throw new ChainError(ErrInvalidPubKey, "pubkey on account is not set");
        ctx.gas.consume(params.sigVerifyCostSecp256k1, "ante verify: secp256k1");
        continue;
      }
      const key = parsePubKey(pubKey);
      for (const kind of kindsThatSign(key, tx, index, ctx.mode === "simulate")) {
        if (kind === "ed25519") {
          ctx.gas.consume(params.sigVerifyCostEd25519, "ante verify: ed25519");
          throw new ChainError(ErrInvalidPubKey, "ED25519 public keys are unsupported");
        }
        ctx.gas.consume(params.sigVerifyCostSecp256k1, "ante verify: secp256k1");
      }
    }
  };
}

const ONE_SECP256K1: readonly string[] = ["secp256k1"];

/** Kinds of the keys that sign for a signer. A simulated multisig counts its threshold. */
function kindsThatSign(key: PubKey, tx: DecodedTx, index: number, isSimulation: boolean): readonly string[] {
  if (key.kind === "secp256k1") return ONE_SECP256K1;
  if (key.kind !== "multisig") return [key.kind];
  if (isSimulation) return new Array<string>(key.threshold).fill("secp256k1");
  return takeApart(key, tx, index).map(({ pubKey }) => pubKey.kind);
}

function takeApart(key: PubKey, tx: DecodedTx, index: number) {
  try {
    return singleSignatures(key, infoAt(tx, index).modeInfo, tx.signatures[index] ?? new Uint8Array(0));
  } catch (error) {
    throw new ChainError(ErrUnauthorized, error instanceof Error ? error.message : String(error));
  }
}

/** The bytes that a key signs in a mode. Throws ErrUnauthorized on other modes. */
export function signBytes(
  registry: TypeRegistry,
  tx: DecodedTx,
  mode: number,
  signer: { readonly chainId: string; readonly accountNumber: bigint; readonly sequence: bigint },
): Uint8Array {
  switch (mode) {
    case SignMode.SIGN_MODE_DIRECT: {
      const { bodyBytes, authInfoBytes } = tx;
      const { chainId, accountNumber } = signer;
      return encodeMessage(SignDoc, { bodyBytes, authInfoBytes, chainId, accountNumber });
    }
    case SignMode.SIGN_MODE_LEGACY_AMINO_JSON:
      return aminoSignBytesOfTx(registry, tx, signer);
    default:
      throw new ChainError(ErrUnauthorized, `sign mode ${mode} is not supported`);
  }
}

/** The signatures of a signer, as they are verified. Throws ChainError when they cannot be. */
export function checksOf(
  registry: TypeRegistry,
  chainId: string,
  tx: DecodedTx,
  signer: { readonly index: number; readonly accountNumber: bigint; readonly pubKey: PubKey },
): SignatureCheck[] {
  const { sequence } = infoAt(tx, signer.index);
  return takeApart(signer.pubKey, tx, signer.index).map(({ pubKey, mode, signature }) => {
    // DIRECT signs the whole auth info, which a member of a multisig cannot know beforehand.
    if (signer.pubKey.kind === "multisig" && mode === SignMode.SIGN_MODE_DIRECT) {
      throw new ChainError(ErrUnauthorized, "SIGN_MODE_DIRECT is not supported for multisig members");
    }
    const bytes = signBytes(registry, tx, mode, { chainId, accountNumber: signer.accountNumber, sequence });
    return { pubKey: pubKey.key, digest: sha256(bytes), signature };
  });
}

/** What the verification of a transaction rests on: its signers' accounts, and the public keys they sign with. */
function signerFacts(keeper: AccountKeeper, ctx: Context, tx: DecodedTx): readonly VerifiedSigner[] | undefined {
  const facts: VerifiedSigner[] = [];
  for (const [index, signer] of tx.signers.entries()) {
    const account = keeper.getAccount(ctx, signer);
    const carried = tx.authInfo.signerInfos[index]?.publicKey;
    if (account?.pubKey !== undefined && carried !== undefined) shareKnownKey(carried, account.pubKey);
    const pubKey = account?.pubKey ?? carried;
    if (account === undefined || pubKey === undefined) return undefined;
    facts.push({ accountNumber: account.accountNumber, pubKey });
  }
  return facts;
}

/** The signatures of a transaction to verify beforehand, with the facts they rest on. */
export interface SignatureWork {
  readonly facts: readonly VerifiedSigner[];
  readonly checks: readonly SignatureCheck[];
}

/**
 * What can be verified off the main thread; undefined when the transaction is refused anyhow, which its check will say.
 */
export function signatureWork(
  keeper: AccountKeeper,
  registry: TypeRegistry,
  ctx: Context,
  tx: DecodedTx,
): SignatureWork | undefined {
  try {
    const facts = signerFacts(keeper, ctx, tx);
    if (facts === undefined) return undefined;
    const checks = facts.flatMap(({ accountNumber, pubKey }, index) =>
      checksOf(registry, ctx.block.chainId, tx, { index, accountNumber, pubKey: parsePubKey(pubKey) }),
    );
    return { facts, checks };
  } catch {
    // Whatever is wrong comes up again, and is told, when the transaction is checked.
    return undefined;
  }
}

/** Checks sequences and verifies signatures, by the verdict that is known or here and now. */
export function verifySignatures(
  keeper: AccountKeeper,
  registry: TypeRegistry,
  verdicts: SignatureVerdicts,
): AnteDecorator {
  return (ctx, tx) => {
    infoAt(tx, 0);
    const { unordered } = tx.body;
    if (unordered) useUnorderedNonce(keeper, ctx, tx);
    const accounts: Account[] = [];
    for (let index = 0; index < tx.signers.length; index += 1) {
      const { sequence } = infoAt(tx, index);
      if (unordered && sequence > 0n) {
        throw new ChainError(ErrInvalidRequest, "sequence is not allowed for unordered transactions");
      }
      const account = requireSigner(keeper, ctx, tx.signers[index]!);
      if (account.pubKey === undefined && ctx.mode !== "simulate") {
        throw new ChainError(ErrInvalidPubKey, "pubkey on account is not set");
      }
      if (!unordered && sequence !== account.sequence) {
        throw new ChainError(
          ErrWrongSequence,
          `account sequence mismatch, expected ${account.sequence}, got ${sequence}`,
        );
      }
      accounts.push(account);
    }
    // A recheck repeats what depends on the state; the signatures do not.
    if (ctx.mode === "simulate" || ctx.mode === "recheck") return;
    verifyAll(registry, verdicts, ctx, tx, accounts);
  };
}

function hasPubKey(account: Account): account is Account & VerifiedSigner {
  return account.pubKey !== undefined;
}

function verifyAll(
  registry: TypeRegistry,
  verdicts: SignatureVerdicts,
  ctx: Context,
  tx: DecodedTx,
  accounts: readonly Account[],
): void {
  if (accounts.every(hasPubKey) && verdicts.get(tx.hash, accounts) === true) return;
  accounts.forEach((account, index) => {
    const { chainId } = ctx.block;
    const pubKey = parsePubKey(account.pubKey ?? NO_PUBKEY);
    let reason = "unable to verify single signer signature";
    try {
      const checks = checksOf(registry, chainId, tx, { index, accountNumber: account.accountNumber, pubKey });
      if (checks.every(verifySync)) return;
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      reason = error.message;
    }
    throw new ChainError(ErrUnauthorized, failureText(tx, index, account, chainId, reason));
  });
}

/** The text clients look for; with amino the sequence is signed, so that it is named as a possible cause. */
function failureText(tx: DecodedTx, index: number, account: Account, chainId: string, reason: string): string {
  const start = `signature verification failed; please verify account number (${account.accountNumber})`;
  const isAmino = infoAt(tx, index).modeInfo?.single?.mode === SignMode.SIGN_MODE_LEGACY_AMINO_JSON;
  return isAmino
    ? `${start}, sequence (${account.sequence}) and chain-id (${chainId})`
    : `${start} and chain-id (${chainId}): (${reason})`;
}

/** The rules of unordered transactions, which replace the sequence. */
function useUnorderedNonce(keeper: AccountKeeper, ctx: Context, tx: DecodedTx): void {
  const { timeoutTimestamp } = tx.body;
  if (timeoutTimestamp === undefined || timeoutTimestamp.seconds === 0n) {
    throw new ChainError(ErrInvalidRequest, "unordered transaction must have timeout_timestamp set");
  }
  const timeoutNs = timestampToNs(timeoutTimestamp);
  if (timeoutNs < ctx.block.timeNs) {
    throw new ChainError(ErrInvalidRequest, "unordered transaction has a timeout_timestamp that has already passed");
  }
  if (timeoutNs > ctx.block.timeNs + UNORDERED_TIMEOUT_MAX_NS) {
    throw new ChainError(ErrInvalidRequest, "unordered tx ttl exceeds 10m0s");
  }
  ctx.gas.consume(UNORDERED_GAS, "unordered tx");
  if (ctx.mode === "simulate") return;
  for (const signer of tx.signers) keeper.addUnorderedNonce(ctx, signer, timeoutNs);
}

/** Moves the sequence of every signer on; an unordered transaction has none. */
export function incrementSequences(keeper: AccountKeeper): AnteDecorator {
  return (ctx, tx) => {
    if (tx.body.unordered) return;
    for (const signer of tx.signers) {
      const account = requireSigner(keeper, ctx, signer);
      keeper.setAccount(ctx, { ...account, sequence: account.sequence + 1n });
    }
  };
}
