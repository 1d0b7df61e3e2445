// What else is made of the chain's events, in the transaction that writes them.

import { writeApiEvents } from "./events/writeApiEvents.ts";
import type { ProjectionHook } from "./readModel/projector.ts";
import { writeOutbox } from "./webhooks/outbox.ts";

/** In this order. */
export const PROJECTION_HOOKS: readonly ProjectionHook[] = [writeApiEvents, writeOutbox];
