// Finds the messages that a hash belongs to: of a burn's transaction, of a message (as emitted or as attested), or of a
// transaction that delivers or was to deliver. By the relayer's journal first, then on every chain.

import { messageHash } from "../../cctp/messageHash.ts";
import { ChainReadError, type EmittedMessage } from "../../chains/chainReader.ts";
import { fromHex } from "../../codec/bytes.ts";
import { matchAttestedV2 } from "../attestation/matchV2.ts";
import { DestinationError } from "../deliver/destination.ts";
import { type Hex, hexOf } from "../journal/record.ts";
import { readMessage } from "../messageFacts.ts";
import { chainOf, type FoundMessage } from "./collectTransfer.ts";
import { CosmosProbe } from "./cosmosProbe.ts";
import { RelayerSilentError, type World, type WorldChain } from "./world.ts";

/** What a hash led to. */
export interface Located {
  readonly found: readonly FoundMessage[];
  /** Attested messages that a transaction was to deliver, and whose burns were not found. */
  readonly attested: readonly Hex[];
}

/** Nothing anywhere belongs to it. */
export class UnknownSubjectError extends Error {
  readonly code = "unknown_subject";
  /** Where it was looked for. */
  readonly looked: readonly string[];
  /** Places that did not answer. */
  readonly silent: readonly string[];

  constructor(subject: string, looked: readonly string[], silent: readonly string[]) {
    const places = looked.length === 0 ? "nowhere" : looked.join("; ");
    const rest = silent.length === 0 ? "" : `. Not asked, for they do not answer: ${silent.join("; ")}`;
    super(`nothing is known of ${subject}. Looked at: ${places}${rest}`);
    this.name = "UnknownSubjectError";
    this.looked = looked;
    this.silent = silent;
  }
}

/** Newest blocks of a Cosmos chain that are looked through; on EVM chains one `eth_getLogs` is asked for. */
const COSMOS_SCAN_BLOCKS = 400n;

/** Where a search was, for the error that tells of it. */
export class Trail {
  readonly looked: string[] = [];
  readonly silent: string[] = [];

  /** Looks somewhere; undefined when nobody answers there. */
  async look<T>(place: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      const found = await work();
      this.looked.push(place);
      return found;
    } catch (error) {
      const isSilence =
        error instanceof ChainReadError || error instanceof DestinationError || error instanceof RelayerSilentError;
      if (!isSilence) throw error;
      this.silent.push(place);
      return undefined;
    }
  }
}

/** Finds what a hash (64 lower-case hex digits) belongs to. Throws UnknownSubjectError. */
export async function locate(world: World, hash: string): Promise<Located> {
  const trail = new Trail();
  const byRelayer = await locateByRelayer(world, hash, trail);
  if (byRelayer.length > 0) return { found: byRelayer, attested: [] };
  const byTx = await locateTx(world, hash, trail);
  if (byTx !== undefined) return byTx;
  const scanned = await scan(world, trail, ({ message }) => hexOf(messageHash(message)) === `0x${hash}`);
  if (scanned.length > 0) return { found: scanned, attested: [] };
  throw new UnknownSubjectError(`0x${hash}`, trail.looked, trail.silent);
}

/** The messages of one transaction, all of them, or those that a test takes. */
async function messagesOfTx(
  { reader }: WorldChain,
  txHash: string,
  takes: (message: EmittedMessage) => boolean = () => true,
): Promise<readonly FoundMessage[]> {
  const siblings = (await reader.messagesOfTx(txHash)) ?? [];
  return siblings.filter(takes).map((emitted) => ({ emitted, siblings }));
}

/** The relayer knows hashes that no chain can be asked for. */
async function locateByRelayer(world: World, hash: string, trail: Trail): Promise<readonly FoundMessage[]> {
  const { relayer } = world;
  if (relayer === undefined) return [];
  const known = (await trail.look(`the relayer at ${relayer.url}`, () => relayer.find(hash))) ?? [];
  const found: FoundMessage[] = [];
  for (const { source_domain, tx_hash, message_hash } of known) {
    const chain = chainOf(world, source_domain);
    if (chain === undefined) continue;
    const isIt = ({ message }: EmittedMessage) => hexOf(messageHash(message)) === message_hash;
    const messages = await trail.look(`transactions of ${chain.config.name}`, () => messagesOfTx(chain, tx_hash, isIt));
    const isNew = ({ emitted }: FoundMessage) =>
      found.every((other) => other.emitted.txHash !== emitted.txHash || other.emitted.logIndex !== emitted.logIndex);
    found.push(...(messages ?? []).filter(isNew));
  }
  return found;
}

/** The transaction of that hash, on whatever chain; undefined when none has it, or it has nothing to do with CCTP. */
async function locateTx(world: World, hash: string, trail: Trail): Promise<Located | undefined> {
  for (const chain of world.chains) {
    const place = `transactions of ${chain.config.name}`;
    const txHash = chain.config.kind === "evm" ? `0x${hash}` : hash;
    const burns = await trail.look(place, () => messagesOfTx(chain, txHash));
    if (burns !== undefined && burns.length > 0) return { found: burns, attested: [] };
    const tx = await trail.look(place, () => chain.probe.tx(hash));
    if (tx === undefined) continue;
    if (tx.delivered.length > 0) return locateBurns(world, tx.delivered, trail);
    throw new UnknownSubjectError(
      `0x${hash}`,
      [`${chain.config.name}, where it is ${TX_TEXTS[tx.state]}`],
      trail.silent,
    );
  }
  return undefined;
}

const TX_TEXTS = {
  pending: "a transaction that is in no block yet: ask again when it is",
  failed: "a transaction that failed: it burned nothing and delivered nothing",
  included: "a transaction that neither burned nor delivered anything by CCTP",
} as const;

/** The burns of attested messages. */
async function locateBurns(world: World, delivered: readonly Hex[], trail: Trail): Promise<Located> {
  const found: FoundMessage[] = [];
  const attested: Hex[] = [];
  for (const message of delivered) {
    const bytes = fromHex(message.slice(2));
    const { sourceDomain } = readMessage(bytes);
    const burns = await scan(world, trail, ({ message: emitted }) => isFormOf(emitted, bytes), sourceDomain);
    if (burns[0] === undefined) attested.push(message);
    else found.push(burns[0]);
  }
  return { found, attested };
}

/** Whether an attested message is that of an emitted one. */
function isFormOf(emitted: Uint8Array, attested: Uint8Array): boolean {
  if (hexOf(emitted) === hexOf(attested)) return true;
  const verdict = matchAttestedV2(emitted, attested);
  return verdict.ok || verdict.fault !== "bytes";
}

/** Looks through the newest blocks of all chains, or of one. */
export async function scan(
  world: World,
  trail: Trail,
  takes: (message: EmittedMessage) => boolean,
  domain?: number,
): Promise<readonly FoundMessage[]> {
  const found: FoundMessage[] = [];
  for (const chain of world.chains) {
    if (domain !== undefined && chain.config.domain !== domain) continue;
    const { config, reader } = chain;
    const count = config.kind === "evm" ? BigInt(config.logRangeMax) : COSMOS_SCAN_BLOCKS;
    const messages = await trail.look(`the newest ${count} blocks of ${config.name}`, async () => {
      const to = await reader.latestHeight();
      return reader.messages({ from: to < count ? 0n : to - count + 1n, to });
    });
    for (const emitted of (messages ?? []).filter(takes)) {
      const siblings = (messages ?? []).filter(({ txHash }) => txHash === emitted.txHash);
      found.push({ emitted, siblings });
    }
  }
  return found;
}

/** The burn of a refund, by the hash of its message. Undefined when its block is gone, or no chain answers. */
export async function locateRefundBurn(chain: WorldChain, messageHashHex: string): Promise<FoundMessage | undefined> {
  if (!(chain.probe instanceof CosmosProbe)) return undefined;
  for (const height of await chain.probe.orders.burnHeights(messageHashHex)) {
    const messages = await chain.reader.messages({ from: height, to: height });
    const emitted = messages.find(({ message }) => hexOf(messageHash(message)) === `0x${messageHashHex}`);
    if (emitted === undefined) continue;
    return { emitted, siblings: messages.filter(({ txHash }) => txHash === emitted.txHash) };
  }
  return undefined;
}
