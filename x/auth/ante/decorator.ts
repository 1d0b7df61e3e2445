// One step before a transaction's messages.

import type { Context } from "../../../src/baseapp/context.ts";
import type { DecodedTx } from "../../../src/codec/tx.ts";

/** Checks one thing, or does one. Throws ChainError when the transaction must not run. */
export type AnteDecorator = (ctx: Context, tx: DecodedTx) => void;
