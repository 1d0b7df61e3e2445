// Cases: docs/monitoring is what the tables say; every metric of ours that is named there is one that a process has.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { AttesterMetrics } from "../src/attester/metrics.ts";
import { GatewayMetrics } from "../src/gateway/health/metrics.ts";
import { addWebhookMetrics } from "../src/gateway/webhooks/metrics.ts";
import { RelayerMetrics } from "../src/relayer/metrics.ts";
import { NodeMetrics } from "../src/rpc/metrics/metricsServer.ts";
import { ALERTS, monitoringFiles, ROWS } from "./monitoring.ts";

/** Names as Prometheus stores them: a histogram has three series. */
function seriesOf({ name, type }: { readonly name: string; readonly type: unknown }): string[] {
  return String(type) === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}

async function knownSeries(): Promise<Set<string>> {
  const nothing = () => [];
  const registries = [
    new NodeMetrics({ stores: () => [], mempool: () => undefined }).registry,
    new RelayerMetrics({
      // Nothing is read from it: metrics are listed, not collected.
      journal: undefined as never,
      nowMs: () => 0,
      routeName: () => "",
      wallets: nothing,
      heights: nothing,
    }).registry,
    attesterRegistry(),
    gatewayRegistry(),
  ];
  const metrics = registries.flatMap((registry) => registry.getMetricsAsArray());
  return new Set(metrics.flatMap((metric) => seriesOf(metric as never)));
}

function attesterRegistry() {
  const metrics = new AttesterMetrics(new Set());
  metrics.readFrom(undefined as never, []);
  return metrics.registry;
}

function gatewayRegistry() {
  const { registry } = new GatewayMetrics(undefined as never);
  addWebhookMetrics(registry, undefined as never);
  return registry;
}

function namesIn(expression: string): string[] {
  return expression.match(/\b(stateset|process|nodejs)_[a-z0-9_]+/g) ?? [];
}

describe("docs/monitoring", () => {
  test.each(Object.entries(monitoringFiles()))("default: %s is fresh", (file, text) => {
    expect(readFileSync(file, "utf8")).toBe(text);
  });

  test("default: each metric named is there", async () => {
    const known = await knownSeries();
    const panels = ROWS.flatMap((row) => row.panels.flatMap(({ lines }) => Object.values(lines)));
    const named = [...panels, ...ALERTS.map(({ expression }) => expression)].flatMap(namesIn);
    expect(named.length).toBeGreaterThan(25);
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
  });
});
