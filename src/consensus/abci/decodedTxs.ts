// Transactions as they were decoded, by their hash: CometBFT sends the bytes of one again and again, at its check, each
// recheck, the proposals and the block.

import type { DecodedTx } from "../../codec/tx.ts";
import { sha256 } from "../../crypto/hash.ts";

/** As many as CometBFT's mempool holds by default, and a block's besides. */
const TXS_MAX = 20_000;
/** Bytes of transactions that are remembered; what is decoded of one takes a few times as much. */
const TX_BYTES_MAX = 64 << 20;

/** A cache that never changes what decoding gives. */
export class DecodedTxs {
  readonly #decode: (bytes: Uint8Array, hash: Uint8Array) => DecodedTx;
  readonly #txs = new Map<string, DecodedTx>();
  #bytes = 0;

  constructor(decode: (bytes: Uint8Array, hash: Uint8Array) => DecodedTx) {
    this.#decode = decode;
  }

  /** Transactions that are remembered. */
  get size(): number {
    return this.#txs.size;
  }

  /** Decodes a transaction. Throws ChainError. */
  decode(bytes: Uint8Array): DecodedTx {
    const hash = sha256(bytes);
    const key = keyOf(hash);
    const known = this.#txs.get(key);
    if (known !== undefined) return known;
    const tx = this.#decode(bytes, hash);
    this.#txs.set(key, tx);
    this.#bytes += bytes.length;
    this.#forgetOldest();
    return tx;
  }

  /** Forgets a transaction that will not come again. */
  forget({ hash, bytes }: Pick<DecodedTx, "hash" | "bytes">): void {
    if (this.#txs.delete(keyOf(hash))) this.#bytes -= bytes.length;
  }

  #forgetOldest(): void {
    for (const tx of this.#txs.values()) {
      if (this.#txs.size <= TXS_MAX && this.#bytes <= TX_BYTES_MAX) return;
      this.forget(tx);
    }
  }
}

function keyOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString("latin1");
}
