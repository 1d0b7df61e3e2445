// How the gateway and what it stands on are: checked anew at each call, each in bounded time.

import type { ExternalCheck, GatewayParts } from "../parts.ts";

const TIMEOUT_MS = 2_000;
/** Blocks that the read model may be behind and still be called synced. */
const LAG_MAX = 20;

export type HealthStatus = "healthy" | "degraded" | "unhealthy";

/** Answers from a cache, and questions that it was asked. */
export interface CacheCounts {
  hits: number;
  lookups: number;
}

/** The answer of `GET /v1/health`. */
export interface Health {
  readonly status: HealthStatus;
  readonly checks: {
    readonly database: { readonly status: HealthStatus; readonly response_time: string };
    readonly blockchain: {
      readonly status: HealthStatus;
      readonly block_height: number;
      readonly read_model_height: number;
      readonly sync_status: "synced" | "syncing" | "unreachable";
    };
    readonly cache: { readonly status: HealthStatus; readonly hit_rate: number };
    readonly external_apis: { readonly status: HealthStatus; readonly details: string };
  };
  readonly timestamp: string;
}

/** Whether work ends well in time. */
async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), TIMEOUT_MS);
  });
  try {
    // What is late may still fail, and is nobody's business then.
    return await Promise.race([work.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function checkDatabase({ database }: GatewayParts): Promise<Health["checks"]["database"]> {
  const start = performance.now();
  const rows = await inTime(database.query("select 1 as one"));
  const response_time = `${Math.max(1, Math.round(performance.now() - start))}ms`;
  return { status: rows === undefined ? "unhealthy" : "healthy", response_time };
}

async function checkChain({ source, projector }: GatewayParts): Promise<Health["checks"]["blockchain"]> {
  const tip = await inTime(source.tip());
  const heights = { block_height: tip?.height ?? projector.tip, read_model_height: projector.height };
  if (tip === undefined) return { status: "unhealthy", ...heights, sync_status: "unreachable" };
  const isSynced = tip.height - projector.height <= LAG_MAX;
  return { status: isSynced ? "healthy" : "degraded", ...heights, sync_status: isSynced ? "synced" : "syncing" };
}

async function checkExternals(externals: readonly ExternalCheck[]): Promise<Health["checks"]["external_apis"]> {
  const answers = await Promise.all(
    externals.map(async ({ name, check }) => [name, await inTime(check().then(() => true))] as const),
  );
  const failing = answers.filter(([, isWell]) => isWell !== true).map(([name]) => name);
  if (failing.length > 0) return { status: "degraded", details: `no answer: ${failing.join(", ")}` };
  return {
    status: "healthy",
    details: answers.length === 0 ? "none are configured" : answers.map(([name]) => name).join(", "),
  };
}

const RANK: readonly HealthStatus[] = ["healthy", "degraded", "unhealthy"];

function worst(...statuses: readonly HealthStatus[]): HealthStatus {
  return RANK[Math.max(...statuses.map((status) => RANK.indexOf(status)))]!;
}

/** Checks everything. The whole is as well as the worst of database and chain: services outside are not critical. */
export async function checkHealth(
  parts: GatewayParts,
  cache: CacheCounts,
  externals: readonly ExternalCheck[],
): Promise<Health> {
  const [database, blockchain, external_apis] = await Promise.all([
    checkDatabase(parts),
    checkChain(parts),
    checkExternals(externals),
  ]);
  const hit_rate = cache.lookups === 0 ? 0 : Math.round((cache.hits / cache.lookups) * 100) / 100;
  return {
    status: worst(database.status, blockchain.status),
    checks: { database, blockchain, cache: { status: "healthy", hit_rate }, external_apis },
    timestamp: new Date().toISOString(),
  };
}
