// Messages as JSON, as the HTTP API and the command line show them.

import type { MessageRecord } from "../journal/record.ts";

/** JSON. */
export type View = { readonly [field: string]: string | number | boolean | null | View | readonly View[] };

function time(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** A message without its bytes. */
export function messageView(record: MessageRecord, nameOf: (domain: number) => string): View {
  const { delivery, refund, attempts } = record;
  return {
    id: record.id,
    cctp_version: record.cctpVersion,
    source_chain: nameOf(record.sourceDomain),
    source_domain: record.sourceDomain,
    destination_chain: nameOf(record.destinationDomain),
    destination_domain: record.destinationDomain,
    tx_hash: record.txHash,
    log_index: record.logIndex,
    height: record.height.toString(),
    message_hash: record.messageHash,
    attested_message_hash: record.attested?.hash ?? null,
    nonce: record.nonce ?? null,
    amount: record.amount ?? null,
    state: record.state,
    park_reason: record.parkReason ?? null,
    last_error: record.lastError ?? null,
    is_settled: record.isSettled,
    attempts: attempts.map(({ txHash, atMs, outcome }) => ({
      tx_hash: txHash,
      at: time(atMs),
      outcome: outcome ?? "in_flight",
    })),
    delivery:
      delivery === undefined ? null : { by: delivery.by, tx_hash: delivery.txHash ?? null, height: delivery.height },
    refund: refund?.id === undefined ? null : { id: refund.id, reported: refund.reported ?? null },
    refused_since: time(record.refusedSinceMs),
    seen_at: time(record.seenAtMs),
    final_at: time(record.finalAtMs),
    attested_at: time(record.attestedAtMs),
    submitted_at: time(record.submittedAtMs),
    done_at: time(record.doneAtMs),
  };
}

/** A message with its bytes. */
export function messageDetails(record: MessageRecord, nameOf: (domain: number) => string): View {
  const { attested } = record;
  return {
    ...messageView(record, nameOf),
    message: record.message,
    attested_message: attested?.message ?? null,
    attestation: attested?.attestation ?? null,
    expiration_block: attested?.expirationBlock ?? null,
  };
}
