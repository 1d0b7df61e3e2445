// Addresses as bech32 text (BIP 173), with the refusals and texts of the Cosmos SDK: cosmos-sdk v0.53 types/address.go
// (AccAddressFromBech32) over github.com/cosmos/btcutil v1.0.5 bech32. Written out here rather than taken from a package
// because clients see these texts, and because every transaction decodes several addresses.

import { keyText, latin1Text } from "./bytes.ts";
import { ChainError } from "./chainError.ts";
import { messageOf } from "./errorText.ts";
import { ErrInvalidAddress } from "./sdkErrors.ts";

/** The human-readable part of account addresses. */
export const BECH32_PREFIX = "stateset";

/** Longest address in bytes (MaxAddrLen of the SDK). */
export const ADDRESS_LENGTH_MAX = 255;

/** Longest bech32 text that the SDK reads, in characters. */
const BECH32_LENGTH_MAX = 1023;

const CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** ASCII code of `1`, which stands behind the human-readable part. */
const SEPARATOR = 0x31;

/** Value of each ASCII character in the data part, or 255. */
const VALUE_OF_CHAR = new Uint8Array(128).fill(255);
for (let value = 0; value < CHARSET.length; value++) VALUE_OF_CHAR[CHARSET.charCodeAt(value)] = value;

const GENERATOR: readonly number[] = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** What the five bits that leave the state do to it: the sum of the generator's parts for those that are set. */
const FEEDBACK = Int32Array.from({ length: 32 }, (_, top) =>
  GENERATOR.reduce((sum, part, bit) => (((top >>> bit) & 1) === 1 ? sum ^ part : sum), 0),
);

/** One step of the BCH checksum over GF(32): the next state before the next value is mixed in. */
function polymodStep(state: number): number {
  return ((state & 0x1ffffff) << 5) ^ FEEDBACK[state >>> 25]!;
}

/** Checksum state after the human-readable part. */
function prefixState(prefix: string): number {
  let state = 1;
  for (let i = 0; i < prefix.length; i++) state = polymodStep(state) ^ (prefix.charCodeAt(i) >>> 5);
  state = polymodStep(state);
  for (let i = 0; i < prefix.length; i++) state = polymodStep(state) ^ (prefix.charCodeAt(i) & 31);
  return state;
}

/** Of the addresses that every transaction has. */
const ACCOUNT_STATE = prefixState(BECH32_PREFIX);

/** The six checksum values that follow data with this state: 30 bits, the first value highest. */
function checksumOf(stateAfterData: number): number {
  let state = stateAfterData;
  for (let i = 0; i < 6; i++) state = polymodStep(state);
  return state ^ 1;
}

function checksumText(checksum: number): string {
  let text = "";
  for (let i = 5; i >= 0; i--) text += CHARSET[(checksum >>> (5 * i)) & 31];
  return text;
}

/** ASCII code of each five-bit value. */
const CODE_OF_VALUE = Uint8Array.from(CHARSET, (character) => character.charCodeAt(0));
/** Where a text is written. PERF: used again; a text that grows by a character at a time leaves one behind for each. */
const written = new Uint8Array(BECH32_LENGTH_MAX);

/** Bech32 text of any bytes under any lower-case prefix. Throws a RangeError when it would exceed 1023 characters. */
export function encodeBech32(prefix: string, bytes: Uint8Array): string {
  const length = prefix.length + 7 + Math.trunc((bytes.length * 8 + 4) / 5);
  if (length > BECH32_LENGTH_MAX) throw new RangeError(`bech32 text of ${length} characters is too long`);
  let state = prefix === BECH32_PREFIX ? ACCOUNT_STATE : prefixState(prefix);
  let end = 0;
  for (; end < prefix.length; end += 1) written[end] = prefix.charCodeAt(end);
  written[end++] = SEPARATOR;
  let bits = 0;
  let carry = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    carry = ((carry << 8) | bytes[at]!) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      const value = (carry >>> bits) & 31;
      state = polymodStep(state) ^ value;
      written[end++] = CODE_OF_VALUE[value]!;
    }
  }
  if (bits > 0) {
    const value = (carry << (5 - bits)) & 31;
    state = polymodStep(state) ^ value;
    written[end++] = CODE_OF_VALUE[value]!;
  }
  const checksum = checksumOf(state);
  for (let i = 5; i >= 0; i--) written[end++] = CODE_OF_VALUE[(checksum >>> (5 * i)) & 31]!;
  return latin1Text(written, end);
}

function bech32Error(what: string): Error {
  return new Error(`decoding bech32 failed: ${what}`);
}

/** The text in lower case. Throws when it has characters outside 33..126, or both cases. */
function normalize(text: string): string {
  let hasLower = false;
  let hasUpper = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 33 || code > 126) throw bech32Error(`invalid character in string: '${text.charAt(i)}'`);
    if (code >= 97 && code <= 122) hasLower = true;
    if (code >= 65 && code <= 90) hasUpper = true;
    if (hasLower && hasUpper) throw bech32Error("string not all lowercase or all uppercase");
  }
  return hasUpper ? text.toLowerCase() : text;
}

/** Checks the checksum over the five-bit values in `text` from `start`; the values go to `values`. */
function readValues(text: string, start: number, values: Uint8Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = VALUE_OF_CHAR[text.charCodeAt(start + i)] ?? 255;
    if (value === 255) throw bech32Error(`invalid character not part of charset: ${text.charCodeAt(start + i)}`);
    values[i] = value;
  }
  let state = prefixState(text.slice(0, start - 1));
  const dataLength = values.length - 6;
  for (let i = 0; i < dataLength; i++) state = polymodStep(state) ^ (values[i] ?? 0);
  const expected = checksumText(checksumOf(state));
  const actual = text.slice(text.length - 6);
  if (expected !== actual) throw bech32Error(`invalid checksum (expected ${expected} got ${actual})`);
}

/** Regroups five-bit values into bytes. At most four bits may be left over, all zero. */
function valuesToBytes(values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.trunc((values.length * 5) / 8));
  let bits = 0;
  let carry = 0;
  let length = 0;
  for (let i = 0; i < values.length; i++) {
    carry = ((carry << 5) | (values[i] ?? 0)) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[length++] = carry >>> bits;
    }
  }
  if (bits > 4 || (carry & ((1 << bits) - 1)) !== 0) throw bech32Error("invalid incomplete group");
  return bytes;
}

/** Prefix and bytes of a bech32 text in one case. Throws a plain Error `decoding bech32 failed: …`. */
export function decodeBech32(text: string): { readonly prefix: string; readonly bytes: Uint8Array } {
  if (text.length > BECH32_LENGTH_MAX || text.length < 8) {
    throw bech32Error(`invalid bech32 string length ${text.length}`);
  }
  const lower = normalize(text);
  const separator = lower.lastIndexOf("1");
  if (separator < 1 || separator + 7 > lower.length) throw bech32Error(`invalid separator index ${separator}`);
  const values = new Uint8Array(lower.length - separator - 1);
  readValues(lower, separator + 1, values);
  return { prefix: lower.slice(0, separator), bytes: valuesToBytes(values.subarray(0, values.length - 6)) };
}

/** Entries of one generation of a cache; two generations are alive. */
const CACHE_GENERATION_SIZE = 16_384;

/** Longest address that is remembered, in bytes: hostile long ones must not fill the memory. */
const CACHED_LENGTH_MAX = 32;

/** Remembers results of a pure function. When the young generation is full it replaces the old one. */
class GenerationCache<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  get(key: string): V | undefined {
    const hit = this.#young.get(key);
    if (hit !== undefined) return hit;
    const aged = this.#old.get(key);
    if (aged !== undefined) this.set(key, aged);
    return aged;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= CACHE_GENERATION_SIZE) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}

const textOfBytes = new GenerationCache<string>();
const partyOfText = new GenerationCache<Party>();

/** An address in both forms. */
interface Party {
  /** Read-only. */
  readonly bytes: Uint8Array;
  /** The one spelling of the bytes. */
  readonly text: string;
}

/** The bech32 text of an account address of 1..255 bytes. Throws ErrInvalidAddress on another length. */
export function encodeAddress(bytes: Uint8Array): string {
  const key = keyText(bytes);
  const cached = textOfBytes.get(key);
  if (cached !== undefined) return cached;
  requireLength(bytes);
  const text = encodeBech32(BECH32_PREFIX, bytes);
  if (bytes.length <= CACHED_LENGTH_MAX) textOfBytes.set(key, text);
  return text;
}

function requireLength(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new ChainError(ErrInvalidAddress, "addresses cannot be empty");
  if (bytes.length > ADDRESS_LENGTH_MAX) {
    throw new ChainError(ErrInvalidAddress, `address max length is ${ADDRESS_LENGTH_MAX}, got ${bytes.length}`);
  }
}

/**
 * The 1..255 bytes of an account address in bech32, in lower or upper case. The bytes are read-only: whoever
 * asks for the same text gets the same array. Throws ErrInvalidAddress with the texts of the SDK: `empty address string is not allowed`, `decoding bech32 failed: …`,
 * `invalid Bech32 prefix; expected stateset, got …`.
 */
export function decodeAddress(text: string): Uint8Array {
  return readAddress(text).bytes;
}

/** An address that somebody wrote, with its one spelling. Throws as `decodeAddress`. */
export function readAddress(text: string): Party {
  const known = partyOfText.get(text);
  if (known !== undefined) return known;
  const bytes = decodeAddressUncached(text);
  const party = { bytes, text: encodeAddress(bytes) };
  if (bytes.length <= CACHED_LENGTH_MAX) partyOfText.set(text, party);
  return party;
}

function decodeAddressUncached(text: string): Uint8Array {
  if (text.trim().length === 0) throw new ChainError(ErrInvalidAddress, "empty address string is not allowed");
  const { prefix, bytes } = decodeBech32OrRefuse(text);
  if (prefix !== BECH32_PREFIX) {
    throw new ChainError(ErrInvalidAddress, `invalid Bech32 prefix; expected ${BECH32_PREFIX}, got ${prefix}`);
  }
  requireLength(bytes);
  return bytes;
}

function decodeBech32OrRefuse(text: string): { readonly prefix: string; readonly bytes: Uint8Array } {
  try {
    return decodeBech32(text);
  } catch (cause) {
    throw new ChainError(ErrInvalidAddress, messageOf(cause));
  }
}
