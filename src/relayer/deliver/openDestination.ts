// Opens the chain that a wallet pays on, whichever kind it is; for a Cosmos chain with the reporter of its refunds.

import type { ChainConfig } from "../../chains/chainConfig.ts";
import type { RelayerConfig, WalletConfig } from "../config/relayerConfig.ts";
import { CosmosDestination } from "../cosmos/cosmosDestination.ts";
import { EvmDestination } from "../evm/evmDestination.ts";
import { RefundReporter } from "../refunds/refundReporter.ts";
import type { Destination, DestinationParts } from "./destination.ts";

/** A destination, and who reports refunds to it. */
export interface OpenDestination {
  readonly destination: Destination;
  readonly reporter: RefundReporter | undefined;
}

/** Prepares; nothing is asked of the chain yet. */
export function openDestination(
  wallet: WalletConfig,
  chain: ChainConfig,
  given: {
    readonly privKey: Uint8Array;
    readonly config: Pick<RelayerConfig, "delayMs" | "refusedBackoff">;
    readonly parts: Pick<DestinationParts, "journal" | "clock" | "observer">;
  },
): OpenDestination {
  const { privKey, config } = given;
  const parts: DestinationParts = { ...given.parts, backoff: config.refusedBackoff, delayMs: config.delayMs };
  if (chain.kind === "evm") {
    return { destination: new EvmDestination({ ...wallet, chain, privKey }, parts), reporter: undefined };
  }
  const destination = new CosmosDestination({ ...wallet, chain, privKey }, parts);
  const reporter = new RefundReporter({
    ...parts,
    domain: chain.domain,
    rpc: destination.rpc,
    reporter: destination.account.address,
  });
  destination.setItemSource(reporter);
  return { destination, reporter };
}
