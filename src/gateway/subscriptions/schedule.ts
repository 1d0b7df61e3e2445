// When the periods of a subscription begin. All in UTC; what begins at the end of a month begins at the end of shorter
// months, too, and comes back to its day in longer ones.

export const INTERVALS = ["daily", "weekly", "monthly", "yearly"] as const;
export type Interval = (typeof INTERVALS)[number];

export interface Schedule {
  readonly interval: Interval;
  /** Every how many of them: 2 with `weekly` is every other week. */
  readonly every: number;
  /** When the first period begins. */
  readonly start: Date;
  /** No period begins then or later; undefined goes on. */
  readonly end: Date | undefined;
}

const DAY_MS = 86_400_000;
const DAYS: Readonly<Partial<Record<Interval, number>>> = { daily: 1, weekly: 7 };
const MONTHS: Readonly<Partial<Record<Interval, number>>> = { monthly: 1, yearly: 12 };

function addMonths(start: Date, months: number): Date {
  const year = start.getUTCFullYear();
  const month = start.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const time = start.getTime() % DAY_MS;
  return new Date(Date.UTC(year, month, Math.min(start.getUTCDate(), lastDay)) + time);
}

/** When a period begins, counted from 0, whatever the end. */
export function periodStart({ interval, every, start }: Schedule, period: number): Date {
  const months = MONTHS[interval];
  if (months !== undefined) return addMonths(start, months * every * period);
  return new Date(start.getTime() + (DAYS[interval] ?? 1) * every * period * DAY_MS);
}

/** When a period begins; undefined where the subscription has ended by then. */
export function periodAt(schedule: Schedule, period: number): Date | undefined {
  const start = periodStart(schedule, period);
  return schedule.end !== undefined && start >= schedule.end ? undefined : start;
}

/** The first period that begins at `time` or later. */
export function periodFrom(schedule: Schedule, time: Date): number {
  let low = 0;
  let high = 1;
  while (periodStart(schedule, high) < time) high *= 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (periodStart(schedule, middle) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
