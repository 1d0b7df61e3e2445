// Where a transaction stands in the mempool: whose it is, its sequence, and what it pays for a unit of gas.

import type { ResponseCheckTx } from "../../../gen/tendermint/abci/types.ts";
import { toHex } from "../../codec/bytes.ts";
import { parseInt256 } from "../../codec/integer.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import type { MempoolPlace } from "../mempool.ts";

/** Fees for a unit of gas are compared in millionths of the smallest unit. */
const PRIORITY_SCALE = 1_000_000n;

/** The place of a transaction that passed CheckTx. */
export function mempoolPlace(tx: DecodedTx, response: Pick<ResponseCheckTx, "gasWanted">): MempoolPlace {
  const fee = tx.authInfo.fee;
  let amount = 0n;
  // CheckTx has parsed these and took the fee: they are whole numbers of the one fee denomination.
  for (const coin of fee?.amount ?? []) amount += parseInt256(coin.amount);
  const gas = fee?.gasLimit ?? 0n;
  const { signers } = tx;
  return {
    sender: signers[0] === undefined ? "" : toHex(signers[0]),
    sequence: tx.authInfo.signerInfos[0]?.sequence ?? 0n,
    isUnordered: tx.body.unordered,
    priority: gas === 0n ? 0n : (amount * PRIORITY_SCALE) / gas,
    gasWanted: response.gasWanted,
  };
}
