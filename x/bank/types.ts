// Rules of x/bank that need no state (cosmos-sdk v0.53 x/bank/types).

import type { DenomUnit, Metadata } from "../../gen/cosmos/bank/v1beta1/bank.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { ChainError } from "../../src/codec/chainError.ts";
import {
  addCoins,
  type Coin,
  checkCoins,
  checkDenom,
  coinsFromProto,
  formatCoins,
  type ProtoCoin,
} from "../../src/codec/coins.ts";
import { parseInt256 } from "../../src/codec/integer.ts";
import { ErrInvalidAddress, ErrInvalidCoins, ErrTxDecode } from "../../src/codec/sdkErrors.ts";
import { ErrInputOutputMismatch } from "./errors.ts";

/** Coins and whose they are. */
export interface Transfer {
  readonly address: Uint8Array;
  /** Valid and not empty. */
  readonly coins: readonly Coin[];
}

/** Why a text is not an address. */
export function addressProblem(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const suffix = `: ${ErrInvalidAddress.text}`;
  return thrown.message.endsWith(suffix) ? thrown.message.slice(0, -suffix.length) : thrown.message;
}

/** The address in a field. Throws ErrInvalidAddress `invalid <name> address: …`. */
export function parseAddress(name: string, text: string): Uint8Array {
  try {
    return decodeAddress(text);
  } catch (thrown) {
    throw new ChainError(ErrInvalidAddress, `invalid ${name} address: ${addressProblem(thrown)}`);
  }
}

/** Throws ErrTxDecode when an amount is not an integer: the SDK cannot even decode such a message. */
export function requireIntegers(coins: readonly ProtoCoin[]): void {
  for (const { amount } of coins) {
    try {
      parseInt256(amount);
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      throw new ChainError(ErrTxDecode, `amount of a coin: ${reason}`);
    }
  }
}

/** Coins that can be moved: valid, and at least one. Throws ErrInvalidCoins with the coins as they were written. */
export function parseAmount(amount: readonly ProtoCoin[]): Coin[] {
  const problem = () => new ChainError(ErrInvalidCoins, amount.map((coin) => `${coin.amount}${coin.denom}`).join(","));
  let coins: Coin[];
  try {
    coins = coinsFromProto(amount);
  } catch {
    throw problem();
  }
  if (coins.length === 0 || checkCoins(coins) !== undefined) throw problem();
  return coins;
}

/** Throws ErrInputOutputMismatch unless the outputs add up to the input. */
export function requireBalanced(input: Transfer, outputs: readonly Transfer[]): void {
  let total: readonly Coin[] = [];
  for (const { coins } of outputs) total = addCoins(total, coins);
  if (formatCoins(total) !== formatCoins(input.coins)) throw new ChainError(ErrInputOutputMismatch);
}

/** Units of a denomination, and aliases of a unit, at most. */
const UNITS_MAX = 64;

function checkUnit({ denom, aliases }: DenomUnit): string | undefined {
  const problem = checkDenom(denom);
  if (problem !== undefined) return `invalid denom unit: ${problem}`;
  if (aliases.length > UNITS_MAX) return `denom unit ${denom} has more than ${UNITS_MAX} aliases`;
  const seen = new Set<string>();
  for (const alias of aliases) {
    if (seen.has(alias)) return `duplicate denomination unit alias ${alias}`;
    if (alias.trim() === "") return `alias for denom unit ${denom} cannot be blank`;
    seen.add(alias);
  }
  return undefined;
}

/** What is wrong with the units: the first is the base with exponent 0, exponents ascend, each denomination once. */
function checkUnits({ base, denomUnits }: Metadata): string | undefined {
  if (denomUnits.length > UNITS_MAX) return `more than ${UNITS_MAX} denomination units`;
  const seen = new Set<string>();
  let previous: DenomUnit | undefined;
  for (const unit of denomUnits) {
    if (previous === undefined && unit.denom !== base) {
      return `metadata's first denomination unit must be the one with base denom '${base}'`;
    }
    if (previous === undefined && unit.exponent !== 0) {
      return `the exponent for base denomination unit ${base} must be 0`;
    }
    if (previous !== undefined && previous.exponent >= unit.exponent) {
      return "denom units should be sorted asc by exponent";
    }
    if (seen.has(unit.denom)) return `duplicate denomination unit ${unit.denom}`;
    const problem = checkUnit(unit);
    if (problem !== undefined) return problem;
    seen.add(unit.denom);
    previous = unit;
  }
  return undefined;
}

/** What is wrong with the metadata of a denomination, or `undefined` (x/bank/types/metadata.go). */
export function checkMetadata(metadata: Metadata): string | undefined {
  if (metadata.name.trim() === "") return "name field cannot be blank";
  if (metadata.symbol.trim() === "") return "symbol field cannot be blank";
  const base = checkDenom(metadata.base);
  if (base !== undefined) return `invalid metadata base denom: ${base}`;
  const display = checkDenom(metadata.display);
  if (display !== undefined) return `invalid metadata display denom: ${display}`;
  const units = checkUnits(metadata);
  if (units !== undefined) return units;
  if (metadata.denomUnits.some(({ denom }) => denom === metadata.display)) return undefined;
  return `metadata must contain a denomination unit with display denom '${metadata.display}'`;
}
