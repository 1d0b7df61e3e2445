// What the attester does, as log lines. Nothing in them is secret: keys never leave the key ring, URLs are cut to hosts.

import type { Logger } from "pino";
import type { AttesterObserver } from "./events.ts";
import { destinationOf, hashText, type MessageRecord } from "./messageRecord.ts";

/** Of one chain and kind, a repeated line is written this often; the others are counted. */
const REPEAT_MS = 10_000;

function fieldsOf(record: MessageRecord): object {
  const { version, domain, txHash, ordinal, nonce, height } = record;
  return { version, domain, destination: destinationOf(record), txHash, ordinal, nonce, height: String(height) };
}

/** Lets the first of many equal lines through, and then one every REPEAT_MS with the number of those before it. */
class Repeats {
  readonly #lines = new Map<string, { atMs: number; left: number }>();

  /** How many equal ones were left out; undefined leaves out this one, too. */
  admit(key: string, nowMs: number): number | undefined {
    const line = this.#lines.get(key);
    if (line !== undefined && nowMs - line.atMs < REPEAT_MS) {
      line.left += 1;
      return undefined;
    }
    this.#lines.set(key, { atMs: nowMs, left: 0 });
    return line?.left ?? 0;
  }
}

/** Writes log lines. */
export function loggingObserver(logger: Logger, nowMs: () => number): AttesterObserver {
  const repeats = new Repeats();
  const warn = (key: string, fields: object, text: string): void => {
    const repeated = repeats.admit(key, nowMs());
    if (repeated !== undefined) logger.warn(repeated === 0 ? fields : { ...fields, repeated }, text);
  };
  return {
    seen: (record) => logger.debug(fieldsOf(record), "message seen"),
    attested: (record, how) => {
      const { attested } = record;
      if (attested === undefined) return;
      const text = how === "first" ? "message attested" : "message attested again";
      logger.info({ ...fieldsOf(record), finality: attested.level, messageHash: hashText(attested.message) }, text);
    },
    forgotten: (record) => logger.warn(fieldsOf(record), "a reorganisation took a message away before it was attested"),
    alarm: (kind, { domain, record, text }) =>
      logger.error({ alarm: kind, domain, ...(record === undefined ? {} : fieldsOf(record)) }, text),
    progressed: () => undefined,
    incident: (chain, { kind, detail }) => warn(`${chain} ${kind}`, { chain, kind }, detail),
    passFailed: (chain, error) => warn(`${chain} pass`, { chain }, error.message),
  };
}

/** One observer for several. */
export function allObservers(...observers: readonly AttesterObserver[]): AttesterObserver {
  return {
    seen: (record) => observers.forEach((each) => void each.seen(record)),
    attested: (record, how) => observers.forEach((each) => void each.attested(record, how)),
    forgotten: (record) => observers.forEach((each) => void each.forgotten(record)),
    alarm: (kind, detail) => observers.forEach((each) => void each.alarm(kind, detail)),
    progressed: (chain, heights) => observers.forEach((each) => void each.progressed(chain, heights)),
    incident: (chain, incident) => observers.forEach((each) => void each.incident(chain, incident)),
    passFailed: (chain, error) => observers.forEach((each) => void each.passFailed(chain, error)),
  };
}
