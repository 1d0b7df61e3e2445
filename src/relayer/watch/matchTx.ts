// Which of the messages that were found are known already. A message is its transaction and its bytes: a reorganisation
// may move it to another block and another log, and the same burn twice in one transaction is two messages.

import type { EmittedMessage } from "../../chains/chainReader.ts";
import { hexOf, type MessageRecord } from "../journal/record.ts";

/** One transaction, as the journal knows it and as the chain shows it. */
export interface TxMatch {
  readonly kept: readonly { readonly record: MessageRecord; readonly found: EmittedMessage }[];
  readonly added: readonly EmittedMessage[];
  readonly missing: readonly MessageRecord[];
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Compares what is known of one transaction with what was found of it. Equal bytes are matched in the order of logs. */
export function matchTx(known: readonly MessageRecord[], found: readonly EmittedMessage[]): TxMatch {
  const inOrder = <T extends { readonly logIndex: number }>(items: readonly T[]) =>
    [...items].sort((a, b) => a.logIndex - b.logIndex);
  const knownByBytes = groupBy(inOrder(known), ({ message }) => message);
  const foundByBytes = groupBy(inOrder(found), ({ message }) => hexOf(message));
  const kept: { record: MessageRecord; found: EmittedMessage }[] = [];
  const added: EmittedMessage[] = [];
  const missing: MessageRecord[] = [];
  for (const [bytes, logs] of foundByBytes) {
    const records = knownByBytes.get(bytes) ?? [];
    for (const [index, log] of logs.entries()) {
      const record = records[index];
      if (record === undefined) added.push(log);
      else kept.push({ record, found: log });
    }
  }
  for (const [bytes, records] of knownByBytes) missing.push(...records.slice(foundByBytes.get(bytes)?.length ?? 0));
  return { kept, added, missing };
}
