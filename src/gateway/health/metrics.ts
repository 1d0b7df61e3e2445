// Prometheus metrics of the gateway.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { RouteModule } from "../http/routeModule.ts";
import type { Projector } from "../readModel/projector.ts";

const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The numbers of a gateway. */
export class GatewayMetrics {
  readonly registry = new Registry();
  readonly #requests = new Counter({
    name: "stateset_gateway_requests_total",
    help: "Requests that were answered.",
    labelNames: ["method", "route", "status"],
    registers: [this.registry],
  });
  readonly #seconds = new Histogram({
    name: "stateset_gateway_request_seconds",
    help: "Time until a request is answered.",
    labelNames: ["method", "route"],
    buckets: BUCKETS_SECONDS,
    registers: [this.registry],
  });

  constructor(projector: Projector) {
    const gauge = (name: string, help: string, read: () => number): Gauge =>
      new Gauge({
        name: `stateset_gateway_${name}`,
        help,
        registers: [this.registry],
        collect() {
          this.set(read());
        },
      });
    gauge("read_model_height", "The last block that is in the database.", () => projector.height);
    gauge("chain_height", "The newest block that was heard of.", () => projector.tip);
    gauge("read_model_lag_blocks", "Blocks that the read model is behind.", () =>
      Math.max(0, projector.tip - projector.height),
    );
    collectDefaultMetrics({ register: this.registry });
  }

  /** Counts every answer, by the path of its route: paths of requests are anybody's to invent. */
  readonly plugin: RouteModule = (app) => {
    app.addHook("onResponse", async (request, reply) => {
      const { method, url: route = "none" } = request.routeOptions;
      const labels = { method: String(method ?? request.method), route };
      this.#requests.inc({ ...labels, status: reply.statusCode });
      this.#seconds.observe(labels, reply.elapsedTime / 1000);
    });
  };
}
