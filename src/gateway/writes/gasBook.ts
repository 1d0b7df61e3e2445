// How much gas messages take: a guess by type and size, corrected by what transactions in blocks used.

import type { Any } from "../../../gen/google/protobuf/any.ts";
import { chargedTypes } from "./chargedTypes.ts";

/** A transaction's own: size, signature, the fee. */
const TX_GAS = 120_000n;
const MESSAGE_GAS = 150_000;
/** Orders of many items are long, and each item costs. */
const GAS_PER_BYTE = 600;
/** Where a few bytes name much work. */
const GAS_PER_BYTE_OF: Readonly<Record<string, number>> = { "/stateset.orders.v1.MsgPayOrders": 3_000 };
/** Of any one message. */
export const MESSAGE_GAS_MAX = 60_000_000;
/** Over what is expected, in percent. */
const MARGIN_PERCENT = 160n;
const FACTOR_MIN = 0.25;
const FACTOR_MAX = 32;
/** How much one transaction in a block moves a guess. */
const LEARNING = 0.2;
/** Types that are remembered; a chain has some dozens. */
const TYPES_MAX = 1_000;

/** Guesses that get better. One for all signers. */
export class GasBook {
  readonly #factors = new Map<string, number>();

  /** The gas that a message will take; whole. */
  of(message: Any): number {
    const name = nameOf(message);
    const perByte = GAS_PER_BYTE_OF[name] ?? GAS_PER_BYTE;
    const guess = Math.max(MESSAGE_GAS, perByte * message.value.length) * (this.#factors.get(name) ?? 1);
    return Math.min(Math.ceil(guess), MESSAGE_GAS_MAX);
  }

  /** The limit for messages in one transaction. */
  limit(messages: readonly Any[]): bigint {
    const sum = messages.reduce((total, message) => total + this.of(message), 0);
    return TX_GAS + (BigInt(sum) * MARGIN_PERCENT) / 100n;
  }

  /** Hears what a transaction used. */
  used(messages: readonly Any[], gasUsed: bigint): void {
    const expected = messages.reduce((total, message) => total + this.of(message), 0);
    const ratio = Math.max(Number(gasUsed) - Number(TX_GAS) / 2, 1) / Math.max(expected, 1);
    for (const name of new Set(messages.map(nameOf))) this.#move(name, 1 + LEARNING * (Math.min(ratio, 2) - 1));
  }

  /** Hears that a message ran out of gas. */
  ranOut(message: Any): void {
    this.#move(nameOf(message), 2);
  }

  #move(name: string, by: number): void {
    if (!this.#factors.has(name) && this.#factors.size >= TYPES_MAX) return;
    const moved = (this.#factors.get(name) ?? 1) * by;
    this.#factors.set(name, Math.min(Math.max(moved, FACTOR_MIN), FACTOR_MAX));
  }
}

function nameOf(message: Any): string {
  return chargedTypes(message)[0] ?? message.typeUrl;
}
