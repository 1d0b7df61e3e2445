// Signs batches of messages: with the gas that they are expected to take, the fee of the chain's price list, and an end in
// time. What the chain says of prices and accounts is kept until something is refused.

import { randomInt } from "node:crypto";
import type { Params as PriceList } from "../../../gen/stateset/fees/v1/fees.ts";
import { requiredAmount } from "../../codec/priceList.ts";
import { ErrUnknownAddress } from "../../codec/sdkErrors.ts";
import type { ChainFollower } from "./chainFollower.ts";
import { chargedTypes } from "./chargedTypes.ts";
import type { GasBook } from "./gasBook.ts";
import type { SignerLane } from "./lanes.ts";
import type { LiveWrite } from "./liveWrite.ts";
import { refused } from "./liveWrites.ts";
import { type OpenTx, openTx } from "./openTx.ts";
import { signTx } from "./signTx.ts";
import { NS_PER_MS, type WriterParts } from "./writerOptions.ts";

/** The chain takes no transaction that is valid for longer than ten minutes after its last block. */
const VALID_NS_MAX = 590_000_000_000n;

export interface TxSignerParts extends Pick<WriterParts, "node" | "chainId" | "keys" | "nowMs"> {
  readonly gas: GasBook;
  readonly follower: Pick<ChainFollower, "place">;
  readonly validMs: number;
}

/** Signs for all signers. */
export class TxSigner {
  readonly #parts: TxSignerParts;
  #prices: Promise<PriceList | undefined> | undefined;

  constructor(parts: TxSignerParts) {
    this.#parts = parts;
  }

  /** A transaction of these writes. Rejects with Problem, or with what the node or the keys said. */
  async sign(signer: string, by: SignerLane, writes: readonly LiveWrite[]): Promise<OpenTx> {
    const { chainId, keys, gas, follower, node } = this.#parts;
    const messages = writes.map(({ message }) => message);
    // What an earlier process left is signed before this one has seen a block.
    const place = follower.place ?? (await node.place());
    const privKey = await keys.privKeyOf(signer);
    const prices = await this.#priceList();
    const gasLimit = gas.limit(messages);
    const types = messages.flatMap((one) => chargedTypes(one));
    const amount = prices === undefined ? 0n : requiredAmount(prices, types, gasLimit);
    const voidAfterNs = this.#voidAfter(place.timeNs);
    const accountNumber = await this.#accountNumber(signer, by);
    const fee = { denom: prices?.denom ?? "", amount };
    const signed = signTx({ chainId, accountNumber, privKey, messages, gasLimit, fee, voidAfterNs });
    return openTx({ ...signed, signer, lane: by.lane, writes, fee: amount, voidAfterNs });
  }

  /** A fee was too low: prices are asked for again. */
  forgetPrices(): void {
    this.#prices = undefined;
  }

  /**
   * No two transactions of a signer may end at the same time, also of two gateways: the nanoseconds are random. A chain
   * that makes no empty blocks may stand at an old time; then a transaction may be void in the block that it causes, and
   * its messages go into the next.
   */
  #voidAfter(blockTimeNs: bigint): bigint {
    const nowNs = BigInt(this.#parts.nowMs()) * NS_PER_MS;
    const base = nowNs > blockTimeNs ? nowNs : blockTimeNs;
    const wanted = base + BigInt(this.#parts.validMs) * NS_PER_MS;
    const latest = blockTimeNs + VALID_NS_MAX;
    const end = wanted < latest ? wanted : latest;
    return end - (end % 1_000_000_000n) + BigInt(randomInt(1_000_000_000));
  }

  async #accountNumber(signer: string, by: SignerLane): Promise<bigint> {
    if (by.accountNumber !== undefined) return by.accountNumber;
    const found = await this.#parts.node.accountNumber(signer);
    if (found === undefined) {
      const { codespace, code, text } = ErrUnknownAddress;
      throw refused({ codespace, code, message: `the API key's account ${signer} does not exist: ${text}` });
    }
    by.accountNumber = found;
    return found;
  }

  async #priceList(): Promise<PriceList | undefined> {
    this.#prices ??= this.#parts.node.priceList();
    try {
      return await this.#prices;
    } catch (error) {
      this.#prices = undefined;
      throw error;
    }
  }
}
