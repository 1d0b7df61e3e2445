// Tells the orders module of the source chain how its refunds fare on other chains: attested, completed with the far
// transaction, or failed. An optional step behind delivery: the chain pays nothing out on the strength of a report.
//
// Exactly once in effect: the refund's phase on the chain is asked before each report, and what was reported is in the
// journal with the transaction that reported it.

import {
  QueryParamsRequest,
  QueryParamsResponse,
  QueryRefundRequest,
  QueryRefundResponse,
} from "../../../gen/stateset/orders/v1/query.ts";
import {
  MsgReportRefundAttested,
  MsgReportRefundCompleted,
  MsgReportRefundFailed,
} from "../../../gen/stateset/orders/v1/tx.ts";
import { addressToBytes32 } from "../../cctp/bytes32.ts";
import { bytesEqual, fromHex, toHex } from "../../codec/bytes.ts";
import { moduleAddress } from "../../crypto/address.ts";
import { type Backoff, Schedule } from "../backoff.ts";
import type { Clock } from "../clock.ts";
import type { BatchItem } from "../cosmos/batch.ts";
import type { ItemSource } from "../cosmos/cosmosDestination.ts";
import { type CosmosRpc, QueryRefusedError } from "../cosmos/cosmosRpc.ts";
import type { EncodedMsg } from "../cosmos/receiveMessage.ts";
import { Cached } from "../deliver/cached.ts";
import { reportName } from "../deliver/deliveryQueue.ts";
import { reported } from "../deliver/outcomes.ts";
import type { Journal } from "../journal/journal.ts";
import type { MessageRecord, RefundPhase } from "../journal/record.ts";
import type { MessageFacts } from "../messageFacts.ts";
import { type ChainRefund, isKnown, wantedPhases } from "./refundPhase.ts";

/** What a reporter is made with. */
export interface RefundReporterParts {
  readonly domain: number;
  readonly rpc: CosmosRpc;
  /** Who signs. */
  readonly reporter: string;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly backoff: Backoff;
}

const INITIATED = "stateset.orders.v1.EventCrossChainRefundInitiated";
const REPORTERS_AGE_MAX_MS = 60_000;
/** Bytes of a failure text (x/orders limits REASON_MAX). */
const FAILURE_LENGTH_MAX = 256;

/** Whether a message is a burn of the orders module: what it burns are refunds. */
export function isRefundBurn({ burn }: MessageFacts): boolean {
  return burn !== undefined && bytesEqual(burn.messageSender, addressToBytes32(moduleAddress("orders")));
}

/** Reports for one chain. Its messages travel with the deliveries to that chain. */
export class RefundReporter implements ItemSource {
  readonly #parts: RefundReporterParts;
  readonly #schedule = new Schedule();
  readonly #isReporter: Cached<boolean>;

  constructor(parts: RefundReporterParts) {
    this.#parts = parts;
    this.#isReporter = new Cached(parts.clock, () => this.#readIsReporter());
  }

  /** Whether our account may report; false on chains without the orders module too. */
  async #readIsReporter(): Promise<boolean> {
    const request = { codec: QueryParamsRequest, value: {} };
    try {
      const path = "/stateset.orders.v1.Query/Params";
      const { params } = await this.#parts.rpc.query(path, request, QueryParamsResponse);
      return params?.refundReporters.includes(this.#parts.reporter) === true;
    } catch (error) {
      if (error instanceof QueryRefusedError) return false;
      throw error;
    }
  }

  async due(limit: number): Promise<readonly BatchItem[]> {
    const { journal, clock, domain } = this.#parts;
    const nowMs = clock.nowMs();
    const candidates = journal.open("attested", "submitted", "done", "parked").flatMap((record) => {
      const phases = record.sourceDomain === domain ? wantedPhases(record, nowMs) : [];
      const due = phases.filter((phase) => this.#schedule.isDue(reportName(record.id, phase), nowMs));
      return due.map((phase) => ({ record, phase }));
    });
    if (candidates.length === 0) return [];
    if (!(await this.#isReporter.get(REPORTERS_AGE_MAX_MS))) return this.#leaveToOthers(candidates);
    const items: BatchItem[] = [];
    for (const { record, phase } of candidates.slice(0, limit)) {
      // Put off first: a block that no endpoint has any more must not be asked for with every step.
      this.#schedule.postpone(reportName(record.id, phase), nowMs, this.#parts.backoff);
      // The refund of a record may just have been found, for the phase before.
      const item = await this.#item(journal.get(record.id) ?? record, phase);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  /** Messages that arrived have nothing more to wait for when others report. */
  async #leaveToOthers(candidates: readonly { readonly record: MessageRecord }[]): Promise<readonly BatchItem[]> {
    const { journal } = this.#parts;
    const arrived = candidates.map(({ record }) => record).filter(({ state }) => state === "done");
    await journal.apply({ records: arrived.map((record) => ({ ...record, refund: undefined })) });
    return [];
  }

  /** The report to send; undefined when the chain knows it, or there is no such refund. */
  async #item(record: MessageRecord, phase: RefundPhase): Promise<BatchItem | undefined> {
    const refundId = record.refund?.id ?? (await this.#link(record));
    const refund = refundId === undefined ? undefined : await this.#refund(refundId);
    if (refundId === undefined || refund === undefined) return undefined;
    if (!isKnown(phase, record, refund)) {
      return { id: record.id, phase, msg: reportMsg(this.#parts.reporter, refundId, phase, record) };
    }
    await this.#update(record, (current) => reported(current, phase));
    return undefined;
  }

  async #update({ id }: MessageRecord, change: (current: MessageRecord) => MessageRecord): Promise<void> {
    const current = this.#parts.journal.get(id);
    if (current !== undefined) await this.#parts.journal.apply({ records: [change(current)] });
  }

  async #refund(refundId: string): Promise<ChainRefund | undefined> {
    const request = { codec: QueryRefundRequest, value: { refundId } };
    try {
      const path = "/stateset.orders.v1.Query/Refund";
      const { refund } = await this.#parts.rpc.query(path, request, QueryRefundResponse);
      if (refund === undefined) return undefined;
      return { phase: refund.phase, attestedHash: toHex(refund.attestedMessageHash) };
    } catch (error) {
      if (error instanceof QueryRefusedError) return undefined;
      throw error;
    }
  }

  /** Finds the refund of a burn by the event beside it, and remembers it. Equal burns get one each. */
  async #link(record: MessageRecord): Promise<string | undefined> {
    const { journal, rpc } = this.#parts;
    const block = await rpc.call((client) => client.blockResults(Number(record.height)));
    const events = [...block.results.flatMap((result) => result.events), ...block.finalizeBlockEvents];
    const ids = events.flatMap((event) => refundIdOf(event, record.messageHash.slice(2)) ?? []);
    const equal = await journal.byHash(record.messageHash);
    const taken = new Set(equal.filter(({ id }) => id !== record.id).map(({ refund }) => refund?.id));
    const id = ids.find((candidate) => !taken.has(candidate));
    await this.#update(record, (current) => ({
      ...current,
      refund: id === undefined ? undefined : { id, reported: current.refund?.reported },
    }));
    return id;
  }

  refused({ id, phase }: BatchItem, log: string): void {
    // What the chain said is seen again with the next try; the refund's own phase decides then.
    this.#schedule.postpone(
      phase === undefined ? log : reportName(id, phase),
      this.#parts.clock.nowMs(),
      this.#parts.backoff,
    );
  }

  reset(): void {
    this.#schedule.clear();
    this.#isReporter.forget();
  }
}

interface CometEvent {
  readonly type: string;
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}

/** The id in an event about a burn of these bytes. */
function refundIdOf({ type, attributes }: CometEvent, messageHash: string): string | undefined {
  const valueOfKey = (key: string) => attributes.find((attribute) => attribute.key === key)?.value;
  if (type !== INITIATED || valueOfKey("message_hash") !== `"${messageHash}"`) return undefined;
  const refund: unknown = JSON.parse(valueOfKey("refund") ?? "null");
  const id = typeof refund === "object" && refund !== null && "id" in refund ? refund.id : undefined;
  return typeof id === "string" ? id : undefined;
}

function reportMsg(signer: string, refundId: string, phase: RefundPhase, record: MessageRecord): EncodedMsg {
  switch (phase) {
    case "attested": {
      const attestedMessageHash = fromHex(record.attested?.hash.slice(2) ?? "");
      const value = MsgReportRefundAttested.encode({ signer, refundId, attestedMessageHash }).finish();
      return { typeUrl: `/${MsgReportRefundAttested.$type}`, value };
    }
    case "completed": {
      const destinationTxHash = record.delivery?.txHash ?? "";
      const value = MsgReportRefundCompleted.encode({ signer, refundId, destinationTxHash }).finish();
      return { typeUrl: `/${MsgReportRefundCompleted.$type}`, value };
    }
    case "failed": {
      const failure = (record.lastError ?? "").replace(/[^\x20-\x7e]+/g, " ").slice(0, FAILURE_LENGTH_MAX);
      const value = MsgReportRefundFailed.encode({ signer, refundId, failure }).finish();
      return { typeUrl: `/${MsgReportRefundFailed.$type}`, value };
    }
  }
}
