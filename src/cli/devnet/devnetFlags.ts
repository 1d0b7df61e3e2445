// The flags of `statesetd devnet`.

/** What was given, by the names of the flags. */
export interface DevnetFlags {
  readonly blockInterval?: string;
  readonly emptyBlocks?: string;
  readonly evmBlockTime?: string;
  readonly logLevel?: string;
  readonly admin?: boolean;
  readonly evm?: boolean;
  readonly relayer?: boolean;
  readonly gateway?: boolean;
  readonly freePorts?: boolean;
  readonly cctpArtifacts?: string;
  readonly load?: string;
  readonly reset?: boolean;
  readonly ephemeral?: boolean;
  readonly json?: boolean;
}
