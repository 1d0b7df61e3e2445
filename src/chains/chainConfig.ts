// How a chain is described to the attester, the relayer and the devnet.

/** What counts as final. `blocks`: that many on top of it (0: at once). `tag`: what the EVM node itself says. */
export type FinalityRule =
  | { readonly kind: "blocks"; readonly blocks: number }
  | { readonly kind: "tag"; readonly tag: "safe" | "finalized" };

/** Contracts of one version of CCTP on an EVM chain, `0x` addresses. */
export interface CctpContracts {
  readonly messageTransmitter: `0x${string}`;
  readonly tokenMessenger: `0x${string}`;
  readonly tokenMinter: `0x${string}`;
}

/** What all chains have. */
interface AnyChainConfig {
  /** As in metrics and on the command line: lower-case letters, digits and `-`. */
  readonly name: string;
  /** CCTP's number of the chain. */
  readonly domain: number;
  /** HTTP endpoints, asked in this order; the next one when one fails. */
  readonly rpcUrls: readonly string[];
  /** WebSocket endpoint that tells of new blocks; polling when left out. */
  readonly wsUrl?: string | undefined;
  readonly pollIntervalMs: number;
  readonly finality: { readonly fast: FinalityRule; readonly standard: FinalityRule };
  /** Where a watcher without a journal begins; the newest block when left out. */
  readonly startHeight?: bigint | undefined;
}

/** An EVM chain with Circle's contracts, or contracts like them. */
export interface EvmChainConfig extends AnyChainConfig {
  readonly kind: "evm";
  readonly chainId: number;
  readonly usdc: `0x${string}`;
  readonly v1?: CctpContracts | undefined;
  readonly v2?: CctpContracts | undefined;
  /** Most blocks that one `eth_getLogs` asks for. */
  readonly logRangeMax: number;
}

/** A Cosmos chain with `circle.cctp.v1` (ours, Noble), and `circle.cctp.v2` where it has that. */
export interface CosmosChainConfig extends AnyChainConfig {
  readonly kind: "cosmos";
  readonly chainId: string;
  readonly bech32Prefix: string;
  /** The token that CCTP burns and mints, `uusdc`. */
  readonly denom: string;
  /** As in `0.025uusdc`. */
  readonly gasPrice: string;
  readonly hasV2: boolean;
}

export type ChainConfig = EvmChainConfig | CosmosChainConfig;
