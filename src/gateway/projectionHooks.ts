// What else is made of the chain's events, in the transaction that writes them.

import { writeApiEvents } from "./events/writeApiEvents.ts";
import type { ProjectionHook } from "./readModel/projector.ts";
import { writeOutbox } from "./webhooks/outbox.ts";

const tellEvents: ProjectionHook = async (sql, events) => {
  const first = await writeApiEvents(sql, events);
  if (first !== undefined) await writeOutbox(sql, first);
};

/** In this order. */
export const PROJECTION_HOOKS: readonly ProjectionHook[] = [tellEvents];
