// What a mint brought in, as told to those who act on it.

/** What a mint brought in, as the chain itself saw it: what receivers may trust. All byte strings are read-only. */
export interface MintReceipt {
  readonly cctpVersion: 1 | 2;
  readonly sourceDomain: number;
  /** 8 bytes big endian in V1, 32 bytes in V2. */
  readonly nonce: Uint8Array;
  /** keccak-256 of the attested message, 32 bytes. */
  readonly messageHash: Uint8Array;
  /** Address of 20 bytes that was credited. */
  readonly mintRecipient: Uint8Array;
  /** Minted to the recipient in micro-units, net of the fee. */
  readonly amount: bigint;
  /** Minted to the fee recipient in micro-units; zero in V1. */
  readonly feeExecuted: bigint;
  /** Denomination that was minted. */
  readonly denom: string;
  /** The token on the source chain, 32 bytes. */
  readonly burnToken: Uint8Array;
  /** Who burned on the source chain, 32 bytes. May be an exchange or a router: not where a refund belongs. */
  readonly messageSender: Uint8Array;
  /** 2000 in V1. */
  readonly finalityThresholdExecuted: number;
  /** Empty in V1. */
  readonly hookData: Uint8Array;
}
