// Everything that is held about a customer, as one JSON document that is written while it is read: some rows in memory at a
// time, however many there are.

import { toHex } from "../../codec/bytes.ts";
import type { Database } from "../sql/database.ts";
import type { CustomerName, Vault } from "../vault/vault.ts";

/** Rows of one read. */
const BATCH_ROWS = 200;

/** A part of the document that SQL gives: `key` is unique, and rows are read in its order. */
interface Section {
  readonly name: string;
  readonly key: string;
  readonly keyType: "bigint" | "text";
  readonly from: string;
  /** Of `$1` merchant and `$2` customer id. */
  readonly where: string;
  /** One JSON value. */
  readonly value: string;
}

const ORDER_IDS = "select id from orders where merchant = $1 and customer_id = $2";

function ofOrders(name: string): Section {
  return { name, key: "id", keyType: "text", from: name, where: `order_id in (${ORDER_IDS})`, value: "document" };
}

const EVENT = `jsonb_build_object('id', id, 'type', type, 'height', height, 'tx_hash', tx_hash, 'time', time,
  'order_id', order_id, 'sequence', sequence, 'data', document)`;

/** What the read model has, as the chain has it. */
const SECTIONS: readonly Section[] = [
  {
    name: "orders",
    key: "position",
    keyType: "bigint",
    from: "orders",
    where: "merchant = $1 and customer_id = $2",
    value: "document",
  },
  ofOrders("payments"),
  ofOrders("refunds"),
  ofOrders("exceptions"),
  { ...ofOrders("events"), key: "position", keyType: "bigint", value: EVENT },
  {
    name: "subscriptions",
    key: "id",
    keyType: "text",
    from: "subscriptions",
    where: "merchant = $1 and customer_id = $2",
    value: `jsonb_build_object('id', id, 'wallet_address', wallet, 'status', status, 'interval', interval_name,
      'every', every, 'start_at', start_at, 'end_at', end_at, 'created_at', created_at)`,
  },
  {
    name: "devices",
    key: "encode(device_hash, 'hex')",
    keyType: "text",
    from: "device_sightings",
    where: "merchant = $1 and customer_id = $2",
    value: "jsonb_build_object('device_hash', encode(device_hash, 'hex'), 'seen_at', seen_at)",
  },
];

async function* rowsOf(database: Database, section: Section, customer: CustomerName): AsyncGenerator<unknown> {
  const { key, keyType, from, where, value } = section;
  for (let after: string | null = null; ; ) {
    const rows: readonly { readonly row_key: string; readonly value: unknown }[] = await database.query(
      `select ${key}::text as row_key, ${value} as value from ${from}
       where ${where} and ($3::${keyType} is null or ${key} > $3::${keyType}) order by ${key} limit ${BATCH_ROWS}`,
      [customer.merchant, customer.customerId, after],
    );
    for (const row of rows) yield row.value;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH_ROWS) return;
    after = last.row_key;
  }
}

async function* personalData(vault: Vault, customer: CustomerName): AsyncGenerator<unknown> {
  for await (const { kind, orderId, data, commitment, salt, createdAt } of vault.all(customer)) {
    yield {
      kind,
      order_id: orderId ?? null,
      created_at: createdAt,
      data,
      commitment: toHex(commitment),
      salt: toHex(salt),
    };
  }
}

async function* arrayText(name: string, values: AsyncIterable<unknown>): AsyncGenerator<string> {
  yield `,\n${JSON.stringify(name)}: [`;
  let isFirst = true;
  for await (const value of values) {
    yield `${isFirst ? "\n" : ",\n"}${JSON.stringify(value)}`;
    isFirst = false;
  }
  yield "]";
}

/** What an export is made of. */
export interface ExportParts {
  readonly database: Database;
  readonly vault: Vault;
}

/** The text of the export, piece by piece. `head` are the members that come first. */
export async function* exportText(
  { database, vault }: ExportParts,
  customer: CustomerName,
  head: Readonly<Record<string, unknown>>,
): AsyncGenerator<string> {
  yield JSON.stringify(head).slice(0, -1);
  yield* arrayText("personal_data", personalData(vault, customer));
  for (const section of SECTIONS) yield* arrayText(section.name, rowsOf(database, section, customer));
  yield "\n}\n";
}
