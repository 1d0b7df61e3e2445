// Cases: sender, sequence and price of a transaction; no fee; no gas; unordered.

import { expect, test } from "vitest";
import { AuthInfo, TxBody } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import { ResponseCheckTx } from "../../../gen/tendermint/abci/types.ts";
import type { DecodedTx } from "../../codec/tx.ts";
import { mempoolPlace } from "./mempoolPlace.ts";

function place(fee: { amount: string; gas: bigint } | undefined, unordered = false) {
  const authInfo = AuthInfo.fromPartial({
    signerInfos: [{ sequence: 7n }, { sequence: 9n }],
    ...(fee && { fee: { amount: [{ denom: "uusdc", amount: fee.amount }], gasLimit: fee.gas } }),
  });
  const tx = { authInfo, body: TxBody.fromPartial({ unordered }), signers: [Uint8Array.of(1, 171), Uint8Array.of(2)] };
  // Only these parts of a transaction are looked at.
  return mempoolPlace(tx as unknown as DecodedTx, ResponseCheckTx.fromPartial({ gasWanted: 5n }));
}

test("default: the first signer, its sequence, and the fee for a unit of gas", () => {
  expect(place({ amount: "2500", gas: 100_000n })).toEqual({
    sender: "01ab",
    sequence: 7n,
    isUnordered: false,
    priority: 25_000n,
    gasWanted: 5n,
  });
});

test("behavior: a higher fee for the same gas goes first, and none last", () => {
  const [low, high] = [place({ amount: "1", gas: 200_000n }), place({ amount: "2", gas: 200_000n })];
  expect(high.priority > low.priority && low.priority > 0n).toBe(true);
  expect([place(undefined).priority, place({ amount: "9", gas: 0n }).priority]).toEqual([0n, 0n]);
});

test("behavior: unordered transactions are marked", () => {
  expect(place(undefined, true).isUnordered).toBe(true);
});
