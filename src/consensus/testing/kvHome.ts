// The test application on a real disk: its state is the state log's change sets, from the first one.

import type { Database } from "../../store/database.ts";
import type { StoreChanges } from "../../store/multiStore.ts";
import { changeSetsFrom, putCommit, truncateLog } from "../../store/stateLog.ts";
import type { OpenedApp } from "../solo/parts.ts";
import { KvApp } from "./kvApp.ts";

/** Opens the test application on the state in a database. */
export async function openKvApp(db: Database): Promise<OpenedApp & { readonly app: KvApp }> {
  const changes: (readonly StoreChanges[])[] = [];
  for await (const version of changeSetsFrom(db, 1)) changes.push(version.changes);
  const app = new KvApp(changes);
  return {
    app,
    height: app.stores.version,
    appHash: app.stores.appHash,
    replayedBlocks: changes.length,
    putState: putCommit,
    truncateState: (batch, height) => truncateLog(batch, { db, state: app.stores.at(height), version: height }),
    close: async () => undefined,
  };
}
