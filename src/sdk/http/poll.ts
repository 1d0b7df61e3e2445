// Asks again and again until something is done.

import { CallClock } from "./callClock.ts";
import type { CallOptions } from "./transport.ts";

/** How often to ask: first after `firstMs`, then each time twice as late, up to `mostMs`. */
export interface PollPace {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** Asks until the answer is done. `timeout` of the options is that of the whole waiting. Rejects as `ask` does. */
export async function pollUntil<Answer>(
  ask: (options: CallOptions) => Promise<Answer>,
  isDone: (answer: Answer) => boolean,
  { timeout = 0, ...options }: CallOptions,
  { firstMs, mostMs }: PollPace,
): Promise<Answer> {
  const clock = new CallClock(timeout, options.signal);
  try {
    for (let waitMs = firstMs; ; waitMs = Math.min(waitMs * 2, mostMs)) {
      const answer = await ask({ ...options, signal: clock.signal });
      if (isDone(answer)) return answer;
      await clock.wait(waitMs);
    }
  } finally {
    clock.dispose();
  }
}
