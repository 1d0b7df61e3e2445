// Prometheus metrics of webhooks. README.md lists them.

import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Database } from "../sql/database.ts";
import type { Outcome } from "./deliverer.ts";

const BUCKETS_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** Adds them to a registry. Gives what is told of each try. */
export function addWebhookMetrics(registry: Registry, database: Database): (outcome: Outcome, seconds: number) => void {
  const registers = [registry];
  const tries = new Counter({
    name: "stateset_gateway_webhook_tries_total",
    help: "Tries to deliver a webhook, by what came of them.",
    labelNames: ["outcome"],
    registers,
  });
  const seconds = new Histogram({
    name: "stateset_gateway_webhook_seconds",
    help: "Time until a receiver has answered, or was given up.",
    labelNames: ["outcome"],
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const depth = new Gauge({
    name: "stateset_gateway_webhook_outbox",
    help: "Webhooks by their state.",
    labelNames: ["state"],
    registers,
    async collect() {
      const rows = await database.query<{ state: string; count: string }>(
        "select state, count(*) as count from webhook_deliveries where state <> 'delivered' group by state",
      );
      this.reset();
      for (const { state, count } of rows) this.set({ state }, Number(count));
    },
  });
  depth.set({ state: "pending" }, 0);
  new Gauge({
    name: "stateset_gateway_webhook_oldest_seconds",
    help: "Age of the oldest webhook that waits for an endpoint which is enabled.",
    registers,
    async collect() {
      const [row] = await database.query<{ age: number | null }>(
        `select extract(epoch from now() - min(d.created_at))::float8 as age from webhook_deliveries d
         join webhook_endpoints w on w.id = d.endpoint_id where d.state = 'pending' and w.status = 'enabled'`,
      );
      this.set(row?.age ?? 0);
    },
  });
  return (outcome, duration) => {
    tries.inc({ outcome });
    seconds.observe({ outcome }, duration);
  };
}
