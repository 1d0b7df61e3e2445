// The client of an EVM chain that messages are delivered to, and what its errors mean.

import { BaseError, ContractFunctionRevertedError, createPublicClient, fallback, http, type PublicClient } from "viem";
import { DestinationError } from "../deliver/destination.ts";

/** How long an endpoint may take. */
const TIMEOUT_MS = 10_000;

/** What is asked of a chain that messages are delivered to. */
export type EvmClient = PublicClient;

/** A client that asks the endpoints in their order, the next one when one fails. Prepares only; nothing is sent yet. */
export function createEvmClient(rpcUrls: readonly string[]): EvmClient {
  const transports = rpcUrls.map((url) => http(url, { timeout: TIMEOUT_MS, retryCount: 0 }));
  return createPublicClient({ transport: fallback(transports, { retryCount: 1 }), cacheTime: 0 });
}

/** The reason of a revert; undefined when the error is none. Reverts without a reason give a text all the same. */
export function revertReason(error: unknown): string | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const reverted = error.walk((inner) => inner instanceof ContractFunctionRevertedError);
  if (!(reverted instanceof ContractFunctionRevertedError)) return undefined;
  return reverted.reason ?? reverted.data?.errorName ?? "execution reverted without a reason";
}

/** Texts by which nodes say that they have a transaction, or that its turn is taken: what is left is to look for it. */
const KNOWN_TEXTS = [
  "already known",
  "already imported",
  "known transaction",
  "nonce too low",
  "replacement transaction underpriced",
];

/** Whether a node refuses a transaction because it, or another of its turn, is there already. */
export function isKnownTxError(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  const text = `${error.message} ${error.details}`.toLowerCase();
  return KNOWN_TEXTS.some((known) => text.includes(known));
}

/**
 * Runs a call to the chain; what fails becomes DestinationError `unreachable`. It has no cause and one line of text: viem's
 * own errors carry the URL, in which people have keys, and the whole request.
 */
export async function asked<T>(chain: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DestinationError) throw error;
    const text =
      error instanceof BaseError ? `${error.shortMessage} ${firstLine(error.details)}` : firstLine(String(error));
    throw new DestinationError(chain, "unreachable", text.trim().slice(0, 300));
  }
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
