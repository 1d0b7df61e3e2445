// Tells those who act on mints, each in an attempt of its own: what one of them refuses is dropped, and the mint stands.

import { EventReceiverFailed } from "../../gen/stateset/cctp/v1/tx.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { OutOfGasError } from "../../src/baseapp/gas.ts";
import { failureOf } from "../../src/baseapp/txResult.ts";
import type { MintReceipt } from "../../src/cctp/mintReceipt.ts";
import type { MintReceiver } from "./expected.ts";

/** Longest text of an error in an event. */
const ERROR_LENGTH_MAX = 256;

/** The receivers, in the order in which they are told. */
export class MintReceivers {
  readonly #receivers: readonly MintReceiver[];

  constructor(receivers: readonly MintReceiver[]) {
    this.#receivers = receivers;
  }

  /** Tells each of them. Throws OutOfGasError, and what nothing may survive; every other error becomes an event. */
  notify(ctx: Context, receipt: MintReceipt): void {
    for (const receiver of this.#receivers) {
      try {
        ctx.attempt(() => receiver.onCctpMessageReceived(ctx, receipt));
      } catch (thrown) {
        if (thrown instanceof OutOfGasError) throw thrown;
        const error = failureOf(thrown).log.slice(0, ERROR_LENGTH_MAX);
        ctx.events.emitTyped(EventReceiverFailed, {
          receiver: receiver.name,
          messageHash: receipt.messageHash,
          error,
        });
      }
    }
  }
}
