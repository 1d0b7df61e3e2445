// Collects what the rules need to know of one message: from its source chain, the attestation service, its destination
// and the relayer. What does not answer is a fact like any other.

import { verifyAttestation } from "../../cctp/attestation.ts";
import { bytes32ToAddress, isZero } from "../../cctp/bytes32.ts";
import { messageHash } from "../../cctp/messageHash.ts";
import { decodeMessageV2 } from "../../cctp/messageV2.ts";
import { ChainReadError, type EmittedMessage } from "../../chains/chainReader.ts";
import { bytesEqual, fromHex } from "../../codec/bytes.ts";
import { type Assignment, assignAnswers } from "../attestation/assign.ts";
import { AttestationServiceError } from "../attestation/attestationSource.ts";
import { DestinationError } from "../deliver/destination.ts";
import { type Hex, hexOf, type MessageRecord } from "../journal/record.ts";
import type { MessageState, ParkReason } from "../journal/states.ts";
import { type MessageFacts, readMessage } from "../messageFacts.ts";
import { newRecord } from "../watch/reconcile.ts";
import type {
  CreditFacts,
  DestinationFacts,
  RelayerFacts,
  ServiceFacts,
  SourceFacts,
  TransferFacts,
} from "./transferFacts.ts";
import { type RelayerMessage, RelayerSilentError, type World, type WorldChain } from "./world.ts";

/** A message, where it was found. */
export interface FoundMessage {
  /** As it was emitted. */
  readonly emitted: EmittedMessage;
  /** All messages of its transaction, itself included: equal ones get one attestation each. */
  readonly siblings: readonly EmittedMessage[];
}

/** The chain of a domain. */
export function chainOf({ chains }: World, domain: number): WorldChain | undefined {
  return chains.find(({ config }) => config.domain === domain);
}

/** Collects the facts of a message that its source chain has. */
export async function collectTransfer(world: World, found: FoundMessage): Promise<TransferFacts> {
  const { emitted } = found;
  const records = found.siblings.map(recordOf);
  const known = await knownToRelayer(world, emitted);
  const index = found.siblings.indexOf(emitted);
  const record: MessageRecord = { ...records[index]!, nonce: records[index]!.nonce ?? known?.nonce ?? undefined };
  const siblings = records.map((sibling, at) => (at === index ? record : sibling));
  const source = await sourceFacts(world, emitted);
  return collect(world, { record, siblings, source, relayer: await relayerFacts(world, known), attested: undefined });
}

/** Collects the facts of an attested message whose burn was not found. */
export async function collectDelivered(world: World, attested: Hex): Promise<TransferFacts> {
  const message = fromHex(attested.slice(2));
  const facts = readMessage(message);
  const record = recordOf({
    cctpVersion: facts.cctpVersion,
    sourceDomain: facts.sourceDomain,
    message,
    txHash: "",
    height: 0n,
    blockHash: "",
    logIndex: 0,
  });
  const nonce = facts.cctpVersion === 2 ? hexOf(decodeMessageV2(message).nonce) : record.nonce;
  return collect(world, {
    record: { ...record, nonce },
    siblings: [],
    source: undefined,
    relayer: await relayerFacts(world, undefined),
    attested,
  });
}

/** The record that a relayer would make of it: what looks at records can look at this one too. */
function recordOf(emitted: EmittedMessage): MessageRecord {
  const given = { verdict: { kind: "carry" }, isManual: true, isRefund: false, nowMs: 0 } as const;
  return newRecord(emitted, readMessage(emitted.message), given);
}

async function collect(
  world: World,
  given: {
    readonly record: MessageRecord;
    readonly siblings: readonly MessageRecord[];
    readonly source: SourceFacts | undefined;
    readonly relayer: RelayerFacts;
    readonly attested: Hex | undefined;
  },
): Promise<TransferFacts> {
  const { source, relayer, attested } = given;
  const message = readMessage(fromHex(given.record.message.slice(2)));
  const service =
    source === undefined ? { kind: "none" as const } : await serviceFacts(world, given.record, given.siblings);
  const record = { ...given.record, nonce: given.record.nonce ?? nonceOf(service) };
  const destination = await destinationFacts(world, record, service);
  const to = chainOf(world, record.destinationDomain);
  const attestedMessage = service.kind === "complete" ? service.message : attested;
  return {
    messageHash: record.messageHash,
    message,
    source,
    sourceName: chainOf(world, record.sourceDomain)?.config.name ?? `domain ${record.sourceDomain}`,
    service,
    destination,
    relayer,
    credit: await creditFacts(to, destination, attestedMessage),
    recipient: message.burn === undefined ? undefined : to?.probe.addressText(message.burn.mintRecipient),
  };
}

async function creditFacts(
  to: WorldChain | undefined,
  destination: DestinationFacts,
  attested: Hex | undefined,
): Promise<CreditFacts | undefined> {
  if (to === undefined || attested === undefined || (destination.kind !== "evm" && destination.kind !== "cosmos")) {
    return undefined;
  }
  const txHash = destination.delivered?.txHash;
  if (txHash === undefined) return undefined;
  return to.probe.credit(hexOf(messageHash(fromHex(attested.slice(2)))), txHash);
}

function nonceOf(service: ServiceFacts): string | undefined {
  return service.kind === "complete" ? service.nonce : undefined;
}

// The source chain.

async function sourceFacts(world: World, emitted: EmittedMessage): Promise<SourceFacts | undefined> {
  const chain = chainOf(world, emitted.sourceDomain);
  if (chain === undefined) return undefined;
  const { reader, probe, config } = chain;
  const { finality } = readMessage(emitted.message);
  const { height, txHash } = emitted;
  const blocksTo = async (level: "fast" | "standard") => {
    const final = await reader.finalHeight(level);
    return final >= height ? 0n : height - (final < 0n ? 0n : final);
  };
  const blocksToFinal = await blocksTo(finality);
  const blocksToStandard = await blocksTo("standard");
  const seconds = blocksToStandard === 0n ? undefined : await probe.blockSeconds();
  const secondsFor = (blocks: bigint) => (seconds === undefined ? undefined : Number(blocks) * seconds);
  return {
    chain: config.name,
    txHash,
    height,
    isReorganised: (await reader.blockHash(height)) !== emitted.blockHash,
    blocksToFinal,
    secondsToFinal: blocksToFinal === 0n ? undefined : secondsFor(blocksToFinal),
    secondsToStandard: secondsFor(blocksToStandard),
  };
}

// The attestation service.

async function serviceFacts(
  world: World,
  record: MessageRecord,
  siblings: readonly MessageRecord[],
): Promise<ServiceFacts> {
  const service = world.service(record.sourceDomain, record.destinationDomain, record.cctpVersion);
  if (service === undefined) return { kind: "none" };
  try {
    if (record.cctpVersion === 1) {
      const attestation = await service.attestationV1(record.messageHash);
      if (attestation === undefined)
        return service.wasKnown ? { kind: "pending", delayReason: undefined } : { kind: "unknown" };
      return completeFacts(world, record, {
        message: record.message,
        attestation,
        nonce: record.nonce ?? "",
        expirationBlock: 0n,
      });
    }
    const answers = await service.messagesV2(record.sourceDomain, record.txHash);
    if (answers.length === 0) return { kind: "unknown" };
    const ofV2 = siblings.filter(({ cctpVersion }) => cctpVersion === 2);
    return assignedFacts(world, record, assignAnswers(ofV2, answers, () => false).get(record.id));
  } catch (error) {
    if (error instanceof AttestationServiceError) return { kind: "unreachable", why: error.message };
    throw error;
  }
}

async function assignedFacts(
  world: World,
  record: MessageRecord,
  assignment: Assignment | undefined,
): Promise<ServiceFacts> {
  if (assignment === undefined) return { kind: "unknown" };
  if (assignment.kind === "refused") return { kind: "mismatch", fault: assignment.fault };
  if (assignment.kind === "pending") return { kind: "pending", delayReason: assignment.delayReason };
  return completeFacts(world, record, assignment);
}

async function completeFacts(
  world: World,
  { destinationDomain, cctpVersion }: MessageRecord,
  signed: {
    readonly message: Hex;
    readonly attestation: Hex;
    readonly nonce: string;
    readonly expirationBlock: bigint;
  },
): Promise<ServiceFacts> {
  const { message, attestation, nonce, expirationBlock } = signed;
  const facts = { kind: "complete", message, attestation, nonce, expirationBlock, refusal: undefined } as const;
  const chain = chainOf(world, destinationDomain);
  if (chain === undefined) return facts;
  try {
    const rule = await chain.probe.attestationRule(cctpVersion);
    const verdict = verifyAttestation(fromHex(message.slice(2)), fromHex(attestation.slice(2)), rule);
    return verdict.ok ? facts : { ...facts, refusal: verdict.refusal };
  } catch (error) {
    // A destination that is silent is told of by itself.
    if (error instanceof DestinationError) return facts;
    throw error;
  }
}

// The destination.

async function destinationFacts(world: World, record: MessageRecord, service: ServiceFacts): Promise<DestinationFacts> {
  const chain = chainOf(world, record.destinationDomain);
  if (chain === undefined) return { kind: "unknown" };
  try {
    return await reachableDestination(chain, record, service);
  } catch (error) {
    if (!(error instanceof DestinationError) && !(error instanceof ChainReadError)) throw error;
    return { kind: "unreachable", chain: chain.config.name, why: error.message };
  }
}

async function reachableDestination(
  chain: WorldChain,
  record: MessageRecord,
  service: ServiceFacts,
): Promise<DestinationFacts> {
  const { config, reader, probe } = chain;
  const facts = readMessage(fromHex(record.message.slice(2)));
  const isDelivered = await probe.isUsed(record);
  const caller = callerOf(facts);
  const attempt =
    service.kind === "complete"
      ? { cctpVersion: record.cctpVersion, message: service.message, attestation: service.attestation }
      : undefined;
  return {
    kind: config.kind,
    chain: config.name,
    height: await reader.latestHeight(),
    delivered: isDelivered ? ((await probe.findDelivery(record)) ?? {}) : undefined,
    onlyCaller: caller === undefined ? undefined : probe.addressText(facts.destinationCaller),
    mayWeDeliver: caller === undefined || chain.ours.some((address) => bytesEqual(address, caller)),
    simulation: attempt === undefined || isDelivered ? { kind: "skipped" } : await probe.simulate(attempt, caller),
    deliverCommand: attempt === undefined ? undefined : probe.deliverCommand(attempt),
  };
}

function callerOf({ destinationCaller }: MessageFacts): Uint8Array | undefined {
  return isZero(destinationCaller) ? undefined : bytes32ToAddress(destinationCaller);
}

// The relayer.

/** Its record of a message; undefined when it has none, or is silent. */
async function knownToRelayer({ relayer }: World, emitted: EmittedMessage): Promise<RelayerMessage | undefined> {
  if (relayer === undefined) return undefined;
  try {
    const messages = await relayer.find(emitted.txHash.replace(/^0x/, ""));
    const hash = hexOf(messageHash(emitted.message));
    const same = messages.filter(({ message_hash }) => message_hash === hash);
    return same.find(({ log_index }) => log_index === emitted.logIndex) ?? same[0];
  } catch (error) {
    if (error instanceof RelayerSilentError) return undefined;
    throw error;
  }
}

async function relayerFacts({ relayer }: World, known: RelayerMessage | undefined): Promise<RelayerFacts> {
  if (relayer === undefined) return { kind: "off" };
  if (known === undefined) {
    const isSilent = await relayer.wallets().then(
      () => false,
      (error: unknown) => error instanceof RelayerSilentError,
    );
    return isSilent ? { kind: "unreachable", url: relayer.url } : { kind: "unknown" };
  }
  return {
    kind: "knows",
    // The API's words are the journal's.
    state: known.state as MessageState,
    parkReason: (known.park_reason ?? undefined) as ParkReason | undefined,
    attempts: known.attempts.length,
    lastError: known.last_error ?? undefined,
  };
}
