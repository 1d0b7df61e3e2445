// The Redis that gateways share: a client that never holds up a request.

import { Redis } from "ioredis";

/** A Redis that takes longer than this is away. */
const COMMAND_TIMEOUT_MS = 250;

/** Connects in the background, and again whenever the connection is lost. `onAway` hears of it once each time. */
export function connectRedis(url: string, onAway: (error: unknown) => void): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  let isAway = false;
  const away = (error: unknown) => {
    if (!isAway) onAway(error);
    isAway = true;
  };
  redis.on("error", away);
  // A connection that ends without an error is tried anew, and says so.
  redis.on("reconnecting", () => away(new Error("the connection was lost")));
  redis.on("ready", () => {
    isAway = false;
  });
  return redis;
}
