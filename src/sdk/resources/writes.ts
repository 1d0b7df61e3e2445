// `client.writes`: writes that are not waited for.

import type { Api, OperationId, RequestOf } from "../api/api.ts";
import type { Write } from "../api/types.ts";
import { pollUntil } from "../http/poll.ts";
import type { CallOptions } from "../http/transport.ts";

const PACE = { firstMs: 100, mostMs: 2_000 };
const WAIT_MS = 60_000;

export class Writes {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Sends a write and does not wait for its block (`Prefer: respond-async`): it is journalled, and will be in a block once or
   * be refused. `client.writes.submit("shipOrder", { params: { order_id } })`.
   */
  async submit<Id extends OperationId>(id: Id, request: RequestOf<Id>, options: CallOptions = {}): Promise<Write> {
    const answer = await this.#api.answer(id, request, { ...options, headers: { prefer: "respond-async" } });
    // With this preference the gateway answers every write of the chain so.
    return answer.body as Write;
  }

  /** What became of it. */
  get(id: string, options?: CallOptions): Promise<Write> {
    return this.#api.call("getWrite", { params: { id } }, options);
  }

  /** Waits until it is in a block or refused. `timeout` is that of the waiting, a minute by default. */
  wait(id: string, options: CallOptions = {}): Promise<Write> {
    const timed = { timeout: WAIT_MS, ...options };
    return pollUntil(
      (call) => this.get(id, call),
      ({ status }) => status !== "PENDING",
      timed,
      PACE,
    );
  }
}
