// Errors of the command line and the exit codes they end with.

import { messageOf } from "../codec/errorText.ts";

/** Exit codes of `statesetd`. */
export const EXIT_CODE = Object.freeze({
  ok: 0,
  /** The command was understood and failed. */
  failed: 1,
  /** The command was not understood: unknown option, missing argument, malformed value. */
  usage: 2,
  /** The node cannot be reached. */
  unreachable: 3,
  /** The chain refused the transaction. */
  refused: 4,
});

/** A failure that is told to the person in one line, without a stack. */
export class CliError extends Error {
  readonly code: keyof typeof EXIT_CODE;

  constructor(code: keyof typeof EXIT_CODE, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "CliError";
    this.code = code;
  }
}

/** Runs `work`; whatever it throws becomes a CliError of this code, with `name` in front when there is one. */
export function orCliError<T>(code: keyof typeof EXIT_CODE, work: () => T, name?: string): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(code, name === undefined ? messageOf(cause) : `${name}: ${messageOf(cause)}`, { cause });
  }
}
