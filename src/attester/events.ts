// What the attester tells of its work: logs and metrics listen.

import type { ChainIncident } from "../chains/endpoints.ts";
import type { MessageRecord } from "./messageRecord.ts";

/** What must never happen, or costs somebody money: a person should look. */
export type AlarmKind =
  /** A message that was attested is no longer on its chain. */
  | "attested_message_vanished"
  /** Another message was attested under this nonce, and that one is not what this one replaces. */
  | "nonce_conflict"
  /** A transaction came back with another message than the one that was attested. */
  | "content_changed"
  /** A chain changed below what counted as final. */
  | "reorg_below_finality"
  /** No block that was read is on the chain any more. */
  | "chain_replaced";

/** Called in the order in which things happen; must not throw. */
export interface AttesterObserver {
  seen(record: MessageRecord): void;
  attested(record: MessageRecord, how: "first" | "again"): void;
  /** A message that was not attested is no longer on its chain. */
  forgotten(record: MessageRecord): void;
  alarm(
    kind: AlarmKind,
    detail: { readonly domain: number; readonly record?: MessageRecord; readonly text: string },
  ): void;
  /** Where a chain is: its newest block, and how far it was read. */
  progressed(chain: string, heights: { readonly latest: bigint; readonly scanned: bigint }): void;
  incident(chain: string, incident: ChainIncident): void;
  /** A pass over a chain failed, and will be tried again. */
  passFailed(chain: string, error: Error): void;
}
