// One way to open a chain, whichever kind it is.

import type { ChainConfig } from "./chainConfig.ts";
import type { ChainReader } from "./chainReader.ts";
import { CosmosReader } from "./cosmosReader.ts";
import type { ChainReaderOptions } from "./endpoints.ts";
import { EvmReader } from "./evmReader.ts";

/** A reader of a chain. Nothing is asked before the first call; `verify()` says whether it is that chain. */
export function openChainReader(config: ChainConfig, options: ChainReaderOptions = {}): ChainReader {
  return config.kind === "evm" ? new EvmReader(config, options) : new CosmosReader(config, options);
}
