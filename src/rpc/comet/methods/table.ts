// Every method of the server: one table for POST, GET and WebSocket.

import type { Method, MethodTable } from "../method.ts";
import { ABCI_METHODS } from "./abci.ts";
import { ADMIN_METHODS } from "./admin.ts";
import { BLOCK_METHODS } from "./blocks.ts";
import { BROADCAST_METHODS } from "./broadcast.ts";
import { CHAIN_METHODS } from "./chain.ts";
import { CONSENSUS_METHODS } from "./consensusState.ts";
import { EVENT_METHODS } from "./events.ts";
import { TX_METHODS } from "./txs.ts";

const TABLES: readonly MethodTable[] = [
  ABCI_METHODS,
  BLOCK_METHODS,
  BROADCAST_METHODS,
  CHAIN_METHODS,
  CONSENSUS_METHODS,
  EVENT_METHODS,
  TX_METHODS,
];

/** The methods by name, sorted; the devnet's controls only when they are wanted. */
export function methodTable(options: { readonly admin: boolean }): ReadonlyMap<string, Method> {
  const tables = options.admin ? [...TABLES, ADMIN_METHODS] : TABLES;
  const entries = tables.flatMap((table) => Object.entries(table));
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
