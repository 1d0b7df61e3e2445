// Prints what the mempool costs with 50,000 transactions pending. Run: node --import tsx src/consensus/mempool.bench.ts

import { AuthInfo, TxBody } from "../../gen/cosmos/tx/v1beta1/tx.ts";
import type { DecodedTx } from "../codec/tx.ts";
import { sha256 } from "../crypto/hash.ts";
import { Mempool, type MempoolPlace } from "./mempool.ts";

const PENDING = Number(process.env["PENDING"] ?? 50_000);
const BLOCK_TXS = PENDING / 20;
const nothing = new Uint8Array(0);

/** Transactions of 300 bytes; the places are a fixed shuffle. */
function makeTxs(count: number, senders: number): { tx: DecodedTx; place: MempoolPlace }[] {
  const sequences = new Array<bigint>(senders).fill(0n);
  return Array.from({ length: count }, (_, index) => {
    const bytes = new Uint8Array(300);
    new DataView(bytes.buffer).setUint32(0, index);
    const sender = (index * 7919) % senders;
    const tx: DecodedTx = {
      ...{ bytes, hash: sha256(bytes), bodyBytes: nothing, authInfoBytes: nothing, body: TxBody.fromPartial({}) },
      ...{ authInfo: AuthInfo.fromPartial({}), signatures: [], messages: [], signers: [], feePayer: nothing },
    };
    const sequence = sequences[sender]!;
    sequences[sender] = sequence + 1n;
    const priority = BigInt((index * 31) % 97);
    return { tx, place: { sender: `sender${sender}`, sequence, isUnordered: false, priority, gasWanted: 80_000n } };
  });
}

function measure<T>(what: string, count: number, run: () => T): T {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  console.log(`  ${what}: ${((user + system) / count).toFixed(2)} us of CPU each`);
  return result;
}

for (const senders of [1_000, 50_000]) {
  console.log(`${PENDING} transactions of ${senders} senders`);
  const txs = makeTxs(2 * PENDING, senders);
  const pool = new Mempool({ maxTxs: PENDING });
  measure("reserve and add", PENDING, () => {
    for (let i = 0; i < PENDING; i++) {
      pool.reserve(txs[i]!.tx.bytes, txs[i]!.tx.hash);
      pool.add(txs[i]!.tx, txs[i]!.place, 1);
    }
  });
  const limits = { maxDataBytes: BLOCK_TXS * 304, maxGas: undefined };
  measure("take a block", BLOCK_TXS, () => pool.take(limits));
  const taken = measure("take a block again", BLOCK_TXS, () => pool.take(limits));
  measure("pending", pool.size, () => pool.pending());
  measure("update", taken.length, () =>
    pool.update(
      taken.map((tx) => tx.hash),
      2,
    ),
  );
  measure("add to a full pool, evicting", PENDING, () => {
    for (let i = PENDING; i < 2 * PENDING; i++) {
      const { tx, place } = txs[i]!;
      pool.add(tx, { ...place, sender: `${place.sender}+`, priority: place.priority + 100n }, 2);
    }
  });
}
