// Diagnoses what a person asks about: finds it, collects the facts, and lets the rules speak.

import { type Refund, RefundPhase } from "../../../gen/stateset/orders/v1/types.ts";
import { decodeBurnMessageV2 } from "../../cctp/burnMessageV2.ts";
import { bytes32ToAddress } from "../../cctp/bytes32.ts";
import { decodeMessageV2 } from "../../cctp/messageV2.ts";
import { readOrderHook } from "../../cctp/orderHook.ts";
import type { EmittedMessage } from "../../chains/chainReader.ts";
import { decodeBech32 } from "../../codec/address.ts";
import { bytesEqual } from "../../codec/bytes.ts";
import { DestinationError } from "../deliver/destination.ts";
import { readMessage } from "../messageFacts.ts";
import { chainOf, collectDelivered, collectTransfer } from "./collectTransfer.ts";
import { CosmosProbe } from "./cosmosProbe.ts";
import type { Diagnosis } from "./diagnosis.ts";
import { locate, locateRefundBurn, scan, Trail, UnknownSubjectError } from "./locate.ts";
import type { OrderFacts, RefundFacts } from "./orderFacts.ts";
import { diagnoseOrder } from "./orderRules.ts";
import { burnHashOf, refundFacts } from "./ordersState.ts";
import { diagnoseTransfer } from "./steps.ts";
import type { Subject } from "./subject.ts";
import type { ExceptionFacts, TransferFacts } from "./transferFacts.ts";
import type { World, WorldChain } from "./world.ts";

/** Burns that are followed for one order. */
const INBOUND_MAX = 10;

/**
 * Diagnoses a subject. Rejects with UnknownSubjectError when nothing is known of it, and with ChainReadError or
 * DestinationError when the chain that has it stops answering.
 */
export async function diagnose(subject: Subject, world: World): Promise<Diagnosis> {
  if (subject.kind !== "hash")
    return { subject, order: diagnoseOrder(await collectOrder(subject, world)), transfers: [] };
  const { found, attested } = await locate(world, subject.hash);
  const facts: TransferFacts[] = [];
  // One after the other: services and endpoints have limits.
  for (const message of found) facts.push(await collectTransfer(world, message));
  for (const message of attested) facts.push(await collectDelivered(world, message));
  return { subject, order: undefined, transfers: facts.map(diagnoseTransfer) };
}

type Thing = Exclude<Subject, { kind: "hash" }>;

/** A chain with its orders. */
interface OrderChain {
  readonly chain: WorldChain;
  readonly probe: CosmosProbe;
}

function orderChains({ chains }: World): readonly OrderChain[] {
  return chains.flatMap((chain) => (chain.probe instanceof CosmosProbe ? [{ chain, probe: chain.probe }] : []));
}

/** The facts of an order, or of what belongs to one. Throws UnknownSubjectError. */
async function collectOrder(thing: Thing, world: World): Promise<OrderFacts> {
  const trail = new Trail();
  for (const at of orderChains(world)) {
    const facts = await trail.look(`orders of ${at.chain.config.name}`, () => collectAt(thing, world, at));
    if (facts !== undefined) return facts;
  }
  if (trail.looked.length === 0 && trail.silent.length > 0) {
    throw new DestinationError(trail.silent[0]!, "unreachable", "no endpoint answers");
  }
  throw new UnknownSubjectError(thing.id, trail.looked, trail.silent);
}

async function collectAt(thing: Thing, world: World, at: OrderChain): Promise<OrderFacts | undefined> {
  const { orders } = at.probe;
  switch (thing.kind) {
    case "order":
      return orderFactsOf(thing.id, world, at);
    case "payment": {
      const payment = await orders.payment(thing.id);
      return payment === undefined ? undefined : orderFactsOf(payment.orderId, world, at);
    }
    case "refund": {
      const refund = await orders.refund(thing.id);
      if (refund === undefined) return undefined;
      if (refund.orderId !== "") return orderFactsOf(refund.orderId, world, at);
      return { ...NO_ORDER, refunds: [await followRefund(refund, world, at)] };
    }
    case "exception": {
      const entry = await orders.exception(thing.id);
      if (entry === undefined) return undefined;
      return entry.orderId === "" ? exceptionFactsOf(entry, world, at) : orderFactsOf(entry.orderId, world, at);
    }
  }
}

const NO_ORDER: OrderFacts = {
  order: undefined,
  payments: [],
  refunds: [],
  exceptions: [],
  unswept: 0n,
  inbound: [],
};

/** Money that named no order. */
async function exceptionFactsOf(entry: ExceptionFacts, world: World, at: OrderChain): Promise<OrderFacts> {
  const refund = entry.refundId === "" ? undefined : await at.probe.orders.refund(entry.refundId);
  const refunds = refund === undefined ? [] : [await followRefund(refund, world, at)];
  return { ...NO_ORDER, exceptions: [entry], refunds };
}

async function orderFactsOf(orderId: string, world: World, at: OrderChain): Promise<OrderFacts | undefined> {
  const { orders, rpc } = at.probe;
  // The chain's clock, which a devnet may have moved.
  const { block } = await rpc.call((client) => client.block());
  const read = await orders.order(orderId, block.header.time.getTime());
  if (read === undefined) return undefined;
  const { depositAddress } = read.state;
  const denom = at.chain.config.kind === "cosmos" ? at.chain.config.denom : "";
  const refunds: RefundFacts[] = [];
  for (const refund of read.refunds) refunds.push(await followRefund(refund, world, at));
  return {
    order: read.state,
    payments: read.payments,
    refunds,
    exceptions: await orders.exceptionsOf(orderId),
    unswept: depositAddress === "" ? 0n : await orders.balance(depositAddress, denom),
    inbound: await inboundOf(orderId, depositAddress, world, at.chain),
  };
}

/** Phases in which a refund is between the chains. */
const UNDER_WAY: ReadonlySet<RefundPhase> = new Set([
  RefundPhase.REFUND_PHASE_BURNED,
  RefundPhase.REFUND_PHASE_ATTESTED,
  RefundPhase.REFUND_PHASE_FAILED,
]);

/** A refund, with its burn followed to the other chain. */
async function followRefund(refund: Refund, world: World, { chain }: OrderChain): Promise<RefundFacts> {
  const hash = burnHashOf(refund);
  const facts = refundFacts(refund);
  if (hash === undefined || !UNDER_WAY.has(refund.phase)) return { ...facts, transfer: undefined };
  const burn = await locateRefundBurn(chain, hash);
  return { ...facts, transfer: burn === undefined ? undefined : await collectTransfer(world, burn) };
}

/** Burns towards an order in the newest blocks of the other chains that have not arrived. */
async function inboundOf(
  orderId: string,
  depositAddress: string,
  world: World,
  chain: WorldChain,
): Promise<readonly TransferFacts[]> {
  const deposit = depositAddress === "" ? undefined : decodeBech32(depositAddress).bytes;
  const pays = (emitted: EmittedMessage) =>
    emitted.sourceDomain !== chain.config.domain && isFor(emitted, { orderId, deposit, domain: chain.config.domain });
  const burns = await scan({ ...world, chains: world.chains.filter((other) => other !== chain) }, new Trail(), pays);
  const facts: TransferFacts[] = [];
  for (const burn of burns.slice(-INBOUND_MAX)) facts.push(await collectTransfer(world, burn));
  return facts.filter(({ destination }) => !("delivered" in destination) || destination.delivered === undefined);
}

/** Whether a burn goes to an order: by its deposit address, or by the hook that names it. */
function isFor(
  { message }: EmittedMessage,
  order: { readonly orderId: string; readonly deposit: Uint8Array | undefined; readonly domain: number },
): boolean {
  const { burn, destinationDomain, cctpVersion } = readMessage(message);
  if (burn === undefined || destinationDomain !== order.domain) return false;
  if (order.deposit !== undefined && bytesEqual(bytes32ToAddress(burn.mintRecipient), order.deposit)) return true;
  if (cctpVersion === 1) return false;
  const reading = readOrderHook(decodeBurnMessageV2(decodeMessageV2(message).messageBody).hookData);
  return reading.kind === "order" && reading.hook.orderId === order.orderId;
}

/** The chain whose orders module has a refund or an order; undefined when none does. */
export async function chainWithOrders(world: World, thing: Thing): Promise<WorldChain | undefined> {
  for (const { chain, probe } of orderChains(world)) {
    const found = thing.kind === "refund" ? await probe.orders.refund(thing.id) : await probe.orders.order(thing.id, 0);
    if (found !== undefined) return chainOf(world, chain.config.domain);
  }
  return undefined;
}
