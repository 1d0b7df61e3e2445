// cosmos.base.abci.v1beta1.TxResponse from what the node knows of a transaction (cosmos-sdk v0.53 types/result.go).

import { TxResponse } from "../../../gen/cosmos/base/abci/v1beta1/abci.ts";
import type { Timestamp } from "../../../gen/google/protobuf/timestamp.ts";
import type { ResponseCheckTx } from "../../../gen/tendermint/abci/types.ts";
import { toHex } from "../../codec/bytes.ts";
import type { ErrorKind } from "../../codec/chainError.ts";
import { ErrMempoolIsFull, ErrTxInMempoolCache, ErrTxTooLarge } from "../../codec/sdkErrors.ts";
import { formatTimestamp } from "../../codec/time.ts";
import type { IndexedTx } from "../../consensus/chainNode.ts";
import type { MempoolError } from "../../consensus/mempool.ts";
import { sha256 } from "../../crypto/hash.ts";

function hexUpper(bytes: Uint8Array): string {
  return toHex(bytes).toUpperCase();
}

/** The response to a transaction in a block. Its time is the block's, in whole seconds as the SDK formats it. */
export function responseOfIndexedTx(found: IndexedTx, time: Timestamp | undefined): TxResponse {
  return TxResponse.fromPartial({
    height: BigInt(found.height),
    txhash: hexUpper(found.hash),
    codespace: found.result.codespace,
    code: found.result.code,
    data: hexUpper(found.result.data),
    rawLog: found.result.log,
    info: found.result.info,
    gasWanted: found.result.gasWanted,
    gasUsed: found.result.gasUsed,
    // TxRaw and Tx have one wire form, so these are the bytes that were signed.
    tx: { typeUrl: "/cosmos.tx.v1beta1.Tx", value: found.tx },
    timestamp: time === undefined ? "" : formatTimestamp({ seconds: time.seconds, nanos: 0 }),
    events: found.result.events,
  });
}

/** The response to a submitted transaction: its hash, and what CheckTx said unless nobody waited for it. */
export function responseOfCheck(tx: Uint8Array, check: ResponseCheckTx | undefined): TxResponse {
  const txhash = hexUpper(sha256(tx));
  if (check === undefined) return TxResponse.fromPartial({ txhash });
  return TxResponse.fromPartial({
    txhash,
    code: check.code,
    codespace: check.codespace,
    data: hexUpper(check.data),
    rawLog: check.log,
  });
}

/** What the mempool's refusals are called in a TxResponse (cosmos-sdk client/broadcast.go CheckCometError). */
const KIND_OF_REFUSAL: Readonly<Record<MempoolError["code"], ErrorKind>> = {
  duplicate: ErrTxInMempoolCache,
  full: ErrMempoolIsFull,
  sender_limit: ErrMempoolIsFull,
  too_large: ErrTxTooLarge,
};

/** The response to a transaction that the mempool refused. */
export function responseOfRefusedTx(tx: Uint8Array, refusal: MempoolError): TxResponse {
  const { code, codespace } = KIND_OF_REFUSAL[refusal.code];
  return TxResponse.fromPartial({ txhash: hexUpper(sha256(tx)), code, codespace, rawLog: refusal.message });
}
