// What can go wrong with a local EVM chain.

/** All of these need a person. */
export type EvmErrorCode =
  /** npm installed no anvil for this platform. */
  | "anvil_missing"
  /** The anvil of a devnet that was killed still runs. */
  | "folder_in_use"
  /** The process ended, or never answered. */
  | "anvil_ended"
  /** A file of the chain's folder, or a dump, cannot be used. */
  | "state_unusable"
  | "artifact_invalid"
  | "transaction_failed";

/** A local EVM chain cannot do what it was asked. */
export class EvmError extends Error {
  readonly code: EvmErrorCode;

  constructor(code: EvmErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "EvmError";
    this.code = code;
  }
}
