// Transactions that are only valid for a time (cosmos-sdk v0.53 x/auth/ante/basic.go TxTimeoutHeightDecorator).

import { ChainError } from "../../../src/codec/chainError.ts";
import { ErrTxTimeout, ErrTxTimeoutHeight } from "../../../src/codec/sdkErrors.ts";
import { formatTimeNs, timestampToNs } from "../../../src/codec/time.ts";
import type { AnteDecorator } from "./decorator.ts";

/** Refuses a transaction whose height or time is over. In checks both are those of the last block. */
export const checkTimeout: AnteDecorator = (ctx, { body }) => {
  const { height, timeNs } = ctx.block;
  if (body.timeoutHeight > 0n && BigInt(height) > body.timeoutHeight) {
    throw new ChainError(ErrTxTimeoutHeight, `block height: ${height}, timeout height: ${body.timeoutHeight}`);
  }
  const { timeoutTimestamp } = body;
  if (timeoutTimestamp === undefined || timeoutTimestamp.seconds === 0n) return;
  const timeoutNs = timestampToNs(timeoutTimestamp);
  if (timeoutNs < timeNs) {
    throw new ChainError(
      ErrTxTimeout,
      `block time: ${formatTimeNs(timeNs)}, timeout timestamp: ${formatTimeNs(timeoutNs)}`,
    );
  }
};
