// What can go wrong between CometBFT and the application.

/** `usage`: an address that is none; `protocol`: bytes that are not ABCI; `refused`: a call that cannot be answered. */
export type AbciErrorCode = "usage" | "protocol" | "refused";

/** An error at the edge to CometBFT. */
export class AbciError extends Error {
  readonly code: AbciErrorCode;
  readonly retryable = false;

  constructor(code: AbciErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AbciError";
    this.code = code;
  }
}
