// Bytes to a transaction: everything that can be refused without state (cosmos-sdk v0.53 x/tx/decode, ADR-020, ADR-027).

import { AuthInfo, type ModeInfo, TxBody } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import { sha256 } from "../crypto/hash.ts";
import { decodeAddress } from "./address.ts";
import { bytesEqual, keyText } from "./bytes.ts";
import { ChainError } from "./chainError.ts";
import { messageOf } from "./errorText.ts";
import { decodeMessage, type MessageCodec } from "./message.ts";
import type { TypeRegistry } from "./registry.ts";
import { ErrInvalidAddress, ErrInvalidRequest, ErrNoSignatures, ErrTxDecode, ErrTxTooLarge } from "./sdkErrors.ts";
import type { DecodedMsg, DecodedTx } from "./tx.ts";
import { ANY_DEPTH_MAX, rejectUnknownFields } from "./unknownFields.ts";

/** The most of everything that a transaction may have. */
export interface TxLimits {
  readonly bytes: number;
  readonly messages: number;
  /** Signer infos, and as many signatures. */
  readonly signers: number;
  /** Any in Any: a MsgExec that holds a MsgExec has depth 2. */
  readonly anyDepth: number;
  /** Multisig in multisig: 1 is a multisig of plain keys. */
  readonly multisigDepth: number;
}

/** Limits that no honest transaction meets; 1 MiB is the max_tx_bytes of CometBFT's mempool. */
export const TX_LIMITS: TxLimits = Object.freeze({
  bytes: 1_048_576,
  messages: 1_000,
  signers: 100,
  anyDepth: ANY_DEPTH_MAX,
  multisigDepth: 8,
});

/** The three fields of TxRaw, as views of the transaction's bytes. */
interface RawParts {
  bodyBytes: Uint8Array;
  authInfoBytes: Uint8Array;
  signatures: Uint8Array[];
}

/**
 * Decodes the bytes of a TxRaw. They must not change afterwards: the result refers to them. Throws nothing but
 * ChainError: ErrTxDecode when malformed, of unknown type, with an unknown field or a bad signer address; ErrTxTooLarge;
 * ErrInvalidRequest without messages; ErrNoSignatures when nobody has to sign; ErrInvalidAddress for a bad fee payer.
 * @param hash the sha256 of the bytes, for who has it already
 * PERF: about 7 us for a MsgSend with one signer, of which the generated decoders take half (decodeTx.bench.ts).
 */
export function decodeTx(
  registry: TypeRegistry,
  bytes: Uint8Array,
  limits: TxLimits = TX_LIMITS,
  hash?: Uint8Array,
): DecodedTx {
  if (bytes.length > limits.bytes) {
    throw new ChainError(ErrTxTooLarge, `transaction of ${bytes.length} bytes, at most ${limits.bytes}`);
  }
  const raw = splitTxRaw(bytes, limits);
  const bodyHasNonCritical = scan(registry, TxBody.$type, raw.bodyBytes, { limits, allowNonCritical: true });
  scan(registry, AuthInfo.$type, raw.authInfoBytes, { limits, allowNonCritical: false });
  const body = decodeWith(TxBody, raw.bodyBytes);
  const authInfo = decodeWith(AuthInfo, raw.authInfoBytes);
  requireCounts(body, authInfo, limits);
  const messages = body.messages.map((any) => decodeMsg(registry, any.typeUrl, any.value));
  const { signers, feePayer } = collectSigners(messages, authInfo);
  return {
    bytes,
    hash: hash ?? sha256(bytes),
    bodyBytes: raw.bodyBytes,
    authInfoBytes: raw.authInfoBytes,
    body,
    bodyHasNonCritical,
    authInfo,
    signatures: raw.signatures,
    messages,
    signers,
    feePayer,
  };
}

function refuse(what: string): ChainError {
  return new ChainError(ErrTxDecode, what);
}

/** What a check or a decoder complained of; of a bad address only the reason, as in Go. */
function reasonOf(cause: unknown): string {
  if (cause instanceof ChainError && cause.kind === ErrInvalidAddress) {
    return cause.message.slice(0, -`: ${ErrInvalidAddress.text}`.length);
  }
  return messageOf(cause);
}

/**
 * TxRaw by the rules of ADR-027: fields in ascending order, every varint as short as possible. Stricter than Go in
 * that body and auth info come at most once.
 */
function splitTxRaw(bytes: Uint8Array, limits: TxLimits): RawParts {
  const parts: RawParts = { bodyBytes: EMPTY, authInfoBytes: EMPTY, signatures: [] };
  let previous = 0;
  let pos = 0;
  while (pos < bytes.length) {
    const tag = bytes[pos++] ?? 0;
    const number = tag >>> 3;
    if ((tag & 7) !== 2) throw refuse(`expected 2 wire type, got ${tag & 7}`);
    // Field numbers 1 to 3 fit the tag's only byte; a longer tag is either padded or an unknown field.
    if (tag >= 0x80 || number < 1 || number > 3) {
      throw refuse(`cosmos.tx.v1beta1.TxRaw: {TagNum: ${number}}: unknown protobuf field`);
    }
    if (number < previous || (number === previous && number !== 3)) {
      throw refuse(`txRaw must follow ADR-027, got tagNum ${number} after tagNum ${previous}`);
    }
    previous = number;
    const [length, start] = minimalLength(bytes, pos, number);
    const end = start + length;
    if (end > bytes.length) throw refuse("unexpected EOF");
    const value = bytes.subarray(start, end);
    pos = end;
    if (number === 1) parts.bodyBytes = value;
    else if (number === 2) parts.authInfoBytes = value;
    else if (parts.signatures.push(value) > limits.signers) throw refuse(`more than ${limits.signers} signatures`);
  }
  return parts;
}

const EMPTY = new Uint8Array(0);

/** A length of at most 28 bits, far above any limit here, and where its bytes start. */
function minimalLength(bytes: Uint8Array, at: number, number: number): readonly [length: number, start: number] {
  let length = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw refuse("invalid length; unexpected EOF");
    length |= (byte & 0x7f) << (7 * i);
    if (byte >= 0x80) continue;
    if (byte === 0 && i > 0) {
      throw refuse(`length prefix varint for tagNum ${number} is not as short as possible, read ${i + 1}`);
    }
    return [length, at + i + 1];
  }
  throw refuse("invalid length");
}

function scan(
  registry: TypeRegistry,
  typeName: string,
  bytes: Uint8Array,
  options: { readonly limits: TxLimits; readonly allowNonCritical: boolean },
): boolean {
  try {
    const { allowNonCritical } = options;
    return rejectUnknownFields(registry, typeName, bytes, { allowNonCritical, anyDepthMax: options.limits.anyDepth });
  } catch (cause) {
    throw refuse(reasonOf(cause));
  }
}

/** Decodes bytes that were scanned; what the scan lets pass the generated decoder reads, but this must not be relied on. */
function decodeWith<T>(codec: MessageCodec<T>, bytes: Uint8Array): T {
  try {
    return decodeMessage(codec, bytes);
  } catch (cause) {
    throw refuse(`${codec.$type}: ${reasonOf(cause)}`);
  }
}

function requireCounts(body: TxBody, authInfo: AuthInfo, limits: TxLimits): void {
  if (body.messages.length === 0) throw new ChainError(ErrInvalidRequest, "must contain at least one message");
  if (body.messages.length > limits.messages) throw refuse(`more than ${limits.messages} messages`);
  if (authInfo.signerInfos.length > limits.signers) throw refuse(`more than ${limits.signers} signer infos`);
  for (const info of authInfo.signerInfos) requireModeDepth(info.modeInfo, limits.multisigDepth);
}

/** `left` is how many multisigs may still nest. */
function requireModeDepth(mode: ModeInfo | undefined, left: number): void {
  if (mode?.multi === undefined) return;
  if (left === 0) throw refuse("multisig nested too deep");
  for (const inner of mode.multi.modeInfos) requireModeDepth(inner, left - 1);
}

function decodeMsg(registry: TypeRegistry, typeUrl: string, bytes: Uint8Array): DecodedMsg {
  const codec = registry.codec(typeUrl);
  if (codec === undefined) throw refuse(`unable to resolve type URL ${typeUrl}`);
  const value = decodeWith(codec, bytes);
  return { typeUrl, bytes, value, signers: readSigners(registry, typeUrl, value) };
}

function readSigners(registry: TypeRegistry, typeUrl: string, value: unknown): readonly Uint8Array[] {
  try {
    return registry.signersOf(typeUrl, value);
  } catch (cause) {
    throw refuse(reasonOf(cause));
  }
}

/** Message signers in order, each once, then the fee payer if it is named and new. */
function collectSigners(
  messages: readonly DecodedMsg[],
  authInfo: AuthInfo,
): { readonly signers: readonly Uint8Array[]; readonly feePayer: Uint8Array } {
  const signers: Uint8Array[] = [];
  const seen = new Set<string>();
  const add = (signer: Uint8Array) => {
    const [first] = signers;
    if (first !== undefined && bytesEqual(first, signer)) return;
    const key = keyText(signer);
    if (seen.has(key)) return;
    seen.add(key);
    signers.push(signer);
  };
  for (const message of messages) for (const signer of message.signers) add(signer);
  const payer = authInfo.fee?.payer ?? "";
  const named = payer === "" ? undefined : decodeAddress(payer);
  if (named !== undefined) add(named);
  const feePayer = named ?? signers[0];
  if (feePayer === undefined) throw new ChainError(ErrNoSignatures, "no message names a signer");
  return { signers, feePayer };
}
