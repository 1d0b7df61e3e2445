// How an operator describes a chain that payers may come from.

/** An address of an EVM chain. */
export type EvmAddress = `0x${string}`;

/** An EVM chain that payers may come from, as the operator describes it. A relayer's chain fits. */
export interface PaymentChain {
  /** Lower-case letters, digits and `-`: `base-sepolia`. */
  readonly name: string;
  /** CCTP's number of the chain. */
  readonly domain: number;
  readonly chainId: number;
  readonly usdc: EvmAddress;
  readonly v1?: { readonly tokenMessenger: EvmAddress } | undefined;
  readonly v2?: { readonly tokenMessenger: EvmAddress } | undefined;
  /** Least fee of V2 burns there, in ten-millionths of the amount; 0 when left out. */
  readonly minFee?: bigint | undefined;
}
