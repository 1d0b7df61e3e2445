// What an order may hold at most, and the checks of texts and hashes.

import type { NewItem } from "../../gen/stateset/orders/v1/tx.ts";
import type { MetadataEntry } from "../../gen/stateset/orders/v1/types.ts";
import { readAddress } from "../../src/codec/address.ts";
import { utf8Length } from "../../src/codec/bytes.ts";
import { ChainError, type ErrorKind } from "../../src/codec/chainError.ts";
import { ErrInvalidAddress } from "../../src/codec/sdkErrors.ts";
import { ADDRESS_BYTES } from "../../src/crypto/address.ts";
import {
  ErrBatchSize,
  ErrInvalidHash,
  ErrInvalidItem,
  ErrInvalidMetadata,
  ErrNoItems,
  ErrTextTooLong,
  ErrTooManyItems,
} from "./errors.ts";

/** Lines of an order. */
export const ITEMS_MAX = 100;
/** Orders or payments of one message. */
export const BATCH_MAX = 100;
/** Payments of an order, and one more if it completes the order; else what comes then waits in the exception ledger. */
export const PAYMENTS_MAX = 100;
/** Times that an order may be held, or disputed: each adds to the timeline. */
export const HOLDS_MAX = 16;
export const DISPUTES_MAX = 8;
/** Keys that may act for a merchant. */
export const OPERATORS_MAX = 32;
const METADATA_MAX = 16;
const METADATA_KEY_MAX = 64;
const METADATA_VALUE_MAX = 256;
const SKU_MAX = 64;
const QUANTITY_MAX = 1_000_000;
const HASH_BYTES = 32;
/** Bytes of a name: customer id, carrier, tracking number. */
export const NAME_MAX = 64;
/** Bytes of a reason. */
export const REASON_MAX = 256;
/** Bytes of a transaction's hash on another chain. */
export const TX_HASH_MAX = 128;

/** Throws ErrTextTooLong. */
export function requireText(name: string, text: string, bytesMax: number): void {
  if (text.length <= bytesMax && utf8Length(text) <= bytesMax) return;
  throw new ChainError(ErrTextTooLong, `${name} has more than ${bytesMax} bytes`);
}

/** Throws ErrInvalidHash unless the bytes are none or 32. */
export function requireHash(name: string, bytes: Uint8Array): void {
  if (bytes.length === 0 || bytes.length === HASH_BYTES) return;
  throw new ChainError(ErrInvalidHash, `${name} has ${bytes.length} bytes`);
}

/** Throws ErrBatchSize. */
export function requireBatch(name: string, count: number): void {
  if (count >= 1 && count <= BATCH_MAX) return;
  throw new ChainError(ErrBatchSize, `${name}: ${count}, expected 1 to ${BATCH_MAX}`);
}

/** What is wrong with metadata, or undefined: up to 16 entries, sorted by key, each key once and not empty. */
export function checkMetadata(metadata: readonly MetadataEntry[]): string | undefined {
  if (metadata.length > METADATA_MAX) return `more than ${METADATA_MAX} entries`;
  for (const [index, { key, value }] of metadata.entries()) {
    if (key === "" || utf8Length(key) > METADATA_KEY_MAX) return `key ${index} has not 1 to ${METADATA_KEY_MAX} bytes`;
    if (utf8Length(value) > METADATA_VALUE_MAX) return `value of ${key} has more than ${METADATA_VALUE_MAX} bytes`;
    const before = metadata[index - 1]?.key;
    if (before !== undefined && before >= key) return `keys are sorted and unique; ${key} is behind ${before}`;
  }
  return undefined;
}

/** Throws ErrInvalidMetadata. */
export function requireMetadata(metadata: readonly MetadataEntry[]): void {
  const problem = checkMetadata(metadata);
  if (problem !== undefined) throw new ChainError(ErrInvalidMetadata, problem);
}

/** Throws ErrInvalidItem. */
export function requireSku(name: string, sku: string): void {
  if (sku !== "" && utf8Length(sku) <= SKU_MAX) return;
  throw new ChainError(ErrInvalidItem, `${name}.sku has not 1 to ${SKU_MAX} bytes`);
}

/** Throws ErrNoItems, ErrTooManyItems, ErrInvalidItem, ErrInvalidHash. Amounts are checked with the sums. */
export function requireItems(items: readonly NewItem[]): void {
  if (items.length === 0) throw new ChainError(ErrNoItems);
  if (items.length > ITEMS_MAX) throw new ChainError(ErrTooManyItems, `${items.length}, at most ${ITEMS_MAX}`);
  for (const [index, { sku, quantity, descriptionHash }] of items.entries()) {
    requireSku(`items[${index}]`, sku);
    if (quantity < 1 || quantity > QUANTITY_MAX) {
      throw new ChainError(ErrInvalidItem, `items[${index}].quantity ${quantity}, expected 1 to ${QUANTITY_MAX}`);
    }
    requireHash(`items[${index}].description_hash`, descriptionHash);
  }
}

/** An address of an account in its one spelling. Throws ErrInvalidAddress, or `kind` where one is given. */
export function requireAccount(name: string, text: string, kind: ErrorKind = ErrInvalidAddress): string {
  const { bytes, text: account } = accountNamed(name, text, kind);
  // Accounts, modules and deposit addresses all have 20 bytes; that is also all that a V1 mint can reach.
  if (bytes.length !== ADDRESS_BYTES) throw new ChainError(kind, `${name} has ${bytes.length} bytes`);
  return account;
}

function accountNamed(name: string, text: string, kind: ErrorKind) {
  try {
    return readAddress(text);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ChainError(kind, `${name}: ${reason}`);
  }
}
