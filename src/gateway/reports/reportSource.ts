// Where the rows of a report come from: pages behind a key, so that any page can be asked for by itself, a report goes on
// where it stood, and no more than a page is ever in memory.

import { orderRows, readSums, SUM_COLUMNS, selectOrders } from "../analytics/groupedOrders.ts";
import { metricFields, SUM_NAMES } from "../analytics/metrics.ts";
import { formatMoney } from "../http/money.ts";
import type { Sql } from "../sql/database.ts";
import type { ReportType, SettledReport } from "./reportRequest.ts";

/** What stands in a cell. */
export type Cell = number | string | null;

/** A row with its key. Keys ascend. */
export interface SourceRow {
  readonly key: bigint;
  readonly cells: readonly Cell[];
}

/** How much there is to write. */
export interface Prepared {
  readonly rowsTotal: bigint;
  /** The key of the last row. */
  readonly lastKey: bigint;
}

/** A report whose pages can be asked for. */
export interface ReportSource {
  readonly columns: readonly string[];
  /** Runs once, in a transaction of its own. */
  prepare(sql: Sql): Promise<Prepared>;
  /** Rows whose keys are behind `after`, up to `lastKey`. */
  page(sql: Sql, after: bigint, lastKey: bigint, limit: number): Promise<readonly SourceRow[]>;
}

interface Column {
  readonly sql: string;
  readonly isMoney?: true;
}

const TIME = (column: string): Column => ({
  sql: `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
});
const TEXT = (column: string): Column => ({ sql: `${column}::text` });
const MONEY = (column: string): Column => ({ sql: `${column}::text`, isMoney: true });

/** Columns of a list of orders. */
const ORDER_COLUMNS: Readonly<Record<string, Column>> = {
  id: TEXT("id"),
  customer_id: TEXT("customer_id"),
  status: TEXT("status"),
  payment_status: TEXT("payment_status"),
  fulfillment_status: TEXT("fulfillment_status"),
  total: MONEY("total"),
  amount_paid: MONEY("amount_paid"),
  amount_refunded: MONEY("amount_refunded"),
  currency: TEXT("'USDC'"),
  source_chain: TEXT("source_domain"),
  created_at: TIME("created_at"),
  paid_at: TIME("paid_at"),
  fulfilled_at: TIME("fulfilled_at"),
  delivered_at: TIME("delivered_at"),
};

/** One row for each order. Orders that are made meanwhile are left out; those that change are as they are when read. */
function orderList({ filter, range, dimensions }: SettledReport): ReportSource {
  const names = Object.keys(ORDER_COLUMNS);
  // A column that the list has anyway is not there twice.
  const added = dimensions.filter((name) => !names.includes(name));
  const all = Object.values(ORDER_COLUMNS);
  return {
    columns: [...names, ...added],
    async prepare(sql) {
      const { conditions, where } = selectOrders({ filter, range, dimensions: [] });
      const [row] = await sql.query<{ count: string; last: string }>(
        `select count(*) as count, coalesce(max(position), 0) as last from orders ${conditions}`,
        where.values,
      );
      return { rowsTotal: BigInt(row?.count ?? 0), lastKey: BigInt(row?.last ?? 0) };
    },
    async page(sql, after, lastKey, limit) {
      const { dimensions: more, conditions, where } = selectOrders({ filter, range, dimensions: added });
      const cells = [...all.map((column) => column.sql), ...more];
      const keys = `position > ${where.parameter(after.toString())}::bigint and position <= ${where.parameter(lastKey.toString())}::bigint`;
      const rows = await sql.query<{ position: string; cells: readonly (string | null)[] }>(
        `select position, jsonb_build_array(${cells.join(", ")}) as cells from orders
         ${conditions} and ${keys} order by position limit ${where.parameter(limit)}`,
        where.values,
      );
      return rows.map((row) => ({
        key: BigInt(row.position),
        cells: row.cells.map((cell, index) =>
          cell !== null && all[index]?.isMoney === true ? formatMoney(BigInt(cell)) : cell,
        ),
      }));
    },
  };
}

/** One row for each combination of the dimensions' values, made by one statement into `report_rows`. */
function orderGroups({ filter, range, dimensions, metrics }: SettledReport, reportId: string): ReportSource {
  const names = dimensions.map((_, index) => `d${index}`);
  const fields = Object.keys(metricFields(metrics, zeroSums(), { isSummary: false }));
  return {
    columns: [...dimensions, ...fields],
    async prepare(sql) {
      const { text, where } = orderRows({ filter, range, dimensions });
      const cells = [...names, ...SUM_NAMES.map((name) => `${name}::text`)].join(", ");
      const [row] = await sql.query<{ count: string }>(
        `with given as (${text}),
           grouped as (select ${[...names, SUM_COLUMNS].join(", ")} from given group by (${names.join(", ")})),
           written as (
             insert into report_rows (report_id, key, document)
             select ${where.parameter(reportId)}::text, row_number() over (order by ${[...names, "1"].join(", ")}), jsonb_build_array(${cells})
             from grouped returning 1)
         select count(*) as count from written`,
        where.values,
      );
      const count = BigInt(row?.count ?? 0);
      return { rowsTotal: count, lastKey: count };
    },
    async page(sql, after, lastKey, limit) {
      const rows = await sql.query<{ key: string; document: readonly string[] }>(
        `select key, document from report_rows
         where report_id = $1 and key > $2::bigint and key <= $3::bigint order by key limit $4`,
        [reportId, after.toString(), lastKey.toString(), limit],
      );
      return rows.map(({ key, document }) => {
        const sums = Object.fromEntries(SUM_NAMES.map((name, index) => [name, document[dimensions.length + index]]));
        const values = Object.values(metricFields(metrics, readSums(sums as never), { isSummary: false }));
        return { key: BigInt(key), cells: [...document.slice(0, dimensions.length), ...values] };
      });
    },
  };
}

function zeroSums() {
  return readSums(Object.fromEntries(SUM_NAMES.map((name) => [name, "0"])) as never);
}

const SOURCES: Readonly<Record<ReportType, (report: SettledReport, id: string) => ReportSource>> = {
  orders: orderList,
  order_performance: orderGroups,
};

/** Where the rows of a report come from. Throws Problem on an unknown dimension. */
export function openSource(report: SettledReport, reportId: string): ReportSource {
  return SOURCES[report.type](report, reportId);
}
