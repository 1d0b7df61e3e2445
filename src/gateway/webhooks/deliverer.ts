// Delivers what is due: leases, sends, notes. Several gateways may do so on one database. A try that was under way when its
// gateway was killed is made again when its lease ends: at least once, never not at all.

import { apiEvent, EVENT_API_VERSION } from "../events/apiEvent.ts";
import { eventsByIds } from "../events/eventQueries.ts";
import type { Projector } from "../readModel/projector.ts";
import type { Database } from "../sql/database.ts";
import { type EndpointRow, signingSecrets, type WebhookEndpoints } from "./endpoints.ts";
import { type LeasedDelivery, leaseDeliveries, noteEndpoint, noteTry, postpone, type Verdict } from "./outbox.ts";
import { nextWaitMs, RETRY_WAITS_MS, retryAfterMs } from "./retries.ts";
import type { Send, SendResult } from "./send.ts";
import { signatureHeaders } from "./signatures.ts";

const USER_AGENT = "stateset-webhooks/1";
const GONE = 410;
/** While the read model is made again an event may not be there yet. */
const MISSING_EVENT_WAIT_MS = 2_000;
const AFTER_FAILURE_MS = 1_000;

/** How deliveries are made. */
export interface DeliveryOptions {
  readonly waitsMs: readonly number[];
  /** Longer than a request may take. */
  readonly leaseMs: number;
  readonly atOnceMax: number;
  readonly perEndpointMax: number;
  /** An endpoint that accepts nothing for so long is disabled. */
  readonly failingDaysMax: number;
  /** How often is looked for what is due, beside at each block. */
  readonly pollMs: number;
  /** How long what is under way may take once the gateway is to stop. */
  readonly graceMs: number;
}

export const DELIVERY_OPTIONS: DeliveryOptions = {
  waitsMs: RETRY_WAITS_MS,
  leaseMs: 30_000,
  atOnceMax: 64,
  perEndpointMax: 8,
  failingDaysMax: 5,
  pollMs: 500,
  graceMs: 5_000,
};

/** What came of a try, for whoever counts. */
export type Outcome = "delivered" | "failed" | "dead";

export interface DelivererParts {
  readonly database: Database;
  readonly endpoints: WebhookEndpoints;
  readonly news: Pick<Projector, "height" | "reached">;
  readonly send: Send;
  readonly publicUrl: string;
  readonly options: DeliveryOptions;
  /** In [0, 1). */
  readonly random: () => number;
  readonly now: () => Date;
  readonly onTry?: ((outcome: Outcome, seconds: number) => void) | undefined;
  readonly onError: (error: unknown) => void;
}

export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #underWay = new Map<Promise<void>, string>();
  #isStopped = false;
  #isDirty = false;
  #wake: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Takes nothing new, and waits for what is under way; what takes too long is made again by whoever comes next. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.poke();
    await this.#running;
    const grace = new Promise((resolve) => setTimeout(resolve, this.#parts.options.graceMs).unref());
    await Promise.race([Promise.all(this.#underWay.keys()), grace]);
  }

  /** There may be something to do. */
  poke(): void {
    this.#isDirty = true;
    this.#wake?.();
  }

  /** Sends an event that is none, to see whether the endpoint answers. */
  ping(endpoint: EndpointRow, id: string): Promise<SendResult> {
    const event = "webhook.test";
    const body = { id, event, data: {}, timestamp: this.#parts.now().toISOString(), sequence: 0 };
    return this.#send(endpoint, id, JSON.stringify({ ...body, api_version: EVENT_API_VERSION }));
  }

  async #run(): Promise<void> {
    const { news, options, onError } = this.#parts;
    while (!this.#isStopped) {
      this.#isDirty = false;
      const { height } = news;
      let isBusy = false;
      try {
        isBusy = await this.#takeDue();
      } catch (error) {
        onError(error);
        await new Promise((resolve) => setTimeout(resolve, AFTER_FAILURE_MS));
      }
      if (isBusy || this.#isDirty) continue;
      const woken = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      await Promise.race([woken, news.reached(height + 1, options.pollMs)]);
      this.#wake = undefined;
    }
  }

  /** Starts what is due and has room. Whether there may be more. */
  async #takeDue(): Promise<boolean> {
    const { database, options } = this.#parts;
    const counts = new Map<string, number>();
    for (const id of this.#underWay.values()) counts.set(id, (counts.get(id) ?? 0) + 1);
    const limit = options.atOnceMax - this.#underWay.size;
    if (limit <= 0) return false;
    const room = (id: string) => options.perEndpointMax - (counts.get(id) ?? 0);
    const full = [...counts.keys()].filter((id) => room(id) <= 0);
    const leased = await leaseDeliveries(database, { limit, leaseMs: options.leaseMs, room, full });
    for (const delivery of leased) this.#begin(delivery);
    return leased.length > 0;
  }

  #begin(delivery: LeasedDelivery): void {
    const work: Promise<void> = this.#deliver(delivery)
      .catch(this.#parts.onError)
      .finally(() => {
        this.#underWay.delete(work);
        this.poke();
      });
    this.#underWay.set(work, delivery.endpoint_id);
  }

  async #deliver(delivery: LeasedDelivery): Promise<void> {
    const { database, publicUrl } = this.#parts;
    const [endpoint] = await database.query<EndpointRow>("select * from webhook_endpoints where id = $1", [
      delivery.endpoint_id,
    ]);
    // Deleted in the meantime, and its deliveries with it.
    if (endpoint === undefined) return;
    const [event] = await eventsByIds(database, [delivery.event_id]);
    if (event === undefined) return this.#missing(delivery);
    const result = await this.#send(endpoint, event.id, JSON.stringify(apiEvent(event, publicUrl)));
    await this.#note(delivery, result);
  }

  /** The event is read again soon, or is of a chain that was reverted. */
  async #missing(delivery: LeasedDelivery): Promise<void> {
    const { database, news } = this.#parts;
    if (news.height < Number(delivery.height)) return postpone(database, delivery, MISSING_EVENT_WAIT_MS);
    const result = { status: undefined, retryAfter: undefined, error: "event_gone", excerpt: "", durationMs: 0 };
    await noteTry(database, delivery, result, { state: "dead" });
  }

  #send(endpoint: EndpointRow, id: string, body: string): Promise<SendResult> {
    const { endpoints, now, send } = this.#parts;
    const secrets = endpoints.secretsOf(endpoint);
    const timestampSeconds = Math.floor(now().getTime() / 1000);
    return send({
      url: endpoint.url,
      body,
      headers: {
        ...secrets.headers,
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        ...signatureHeaders({ id, timestampSeconds, body }, signingSecrets(endpoint, secrets, now())),
      },
    });
  }

  async #note(delivery: LeasedDelivery, result: SendResult): Promise<void> {
    const { database, options, onTry } = this.#parts;
    const verdict = this.#verdict(delivery, result);
    await database.transaction(async (sql) => {
      if (!(await noteTry(sql, delivery, result, verdict))) return;
      await noteEndpoint(sql, delivery.endpoint_id, {
        isWell: verdict.state === "delivered",
        isGone: result.status === GONE,
        failingDaysMax: options.failingDaysMax,
      });
    });
    onTry?.(verdict.state === "pending" ? "failed" : verdict.state, result.durationMs / 1000);
  }

  #verdict({ tries }: LeasedDelivery, { status, retryAfter }: SendResult): Verdict {
    const { options, random, now } = this.#parts;
    if (status !== undefined && status >= 200 && status < 300) return { state: "delivered" };
    if (status === GONE) return { state: "dead" };
    const askedMs = retryAfterMs(retryAfter, now().getTime());
    const waitMs = nextWaitMs(tries + 1, { askedMs, random: random(), waitsMs: options.waitsMs });
    return waitMs === undefined ? { state: "dead" } : { state: "pending", waitMs };
  }
}
