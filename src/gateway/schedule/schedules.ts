// What the gateway does by itself, when it is due.

import { cardSettlements } from "../cards/cardPayments.ts";
import { conditionalReleases } from "../conditions/conditionalOrders.ts";
import { plannedHolds } from "../orders/holds.ts";
import type { ApiKey, GatewayParts } from "../parts.ts";
import { subscriptionCharges } from "../subscriptions/charges.ts";
import { orderDesk } from "../subscriptions/orderDesk.ts";
import { attemptPruning } from "../webhooks/pruneAttempts.ts";

export interface SchedulesOptions {
  /** A key that is valid, by its id. */
  readonly findKey: (apiKeyId: string) => Promise<ApiKey | undefined>;
  /** How long tries to deliver webhooks are kept. */
  readonly webhookAttemptDays?: number | undefined;
  readonly onError: (error: unknown) => void;
}

/** Starts all of it. */
export function startSchedules(parts: GatewayParts, options: SchedulesOptions): { stop(): Promise<void> } {
  const { database, vault } = parts;
  const now = () => new Date();
  const schedules = [
    subscriptionCharges({ ...{ database, vault, now }, ...options, desk: orderDesk(parts) }),
    conditionalReleases(parts, { ...options, now }),
    cardSettlements(parts, { ...options, now }),
    plannedHolds(parts, { ...options, now }),
    attemptPruning(database, { days: options.webhookAttemptDays, onError: options.onError }),
  ];
  for (const schedule of schedules) schedule.start();
  return {
    async stop() {
      await Promise.all(schedules.map((schedule) => schedule.stop()));
    },
  };
}
