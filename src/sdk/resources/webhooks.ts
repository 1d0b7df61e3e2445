// `client.webhooks`: endpoints of the shop's, what was delivered to them, and whether what comes is the gateway's.

import type { Api, RequestOf, ResponseOf } from "../api/api.ts";
import type { Event, Webhook, WebhookDelivery, WebhookWithSecret } from "../api/types.ts";
import type { GetOptions } from "../cache/cachedReads.ts";
import type { List } from "../http/pager.ts";
import type { CallOptions } from "../http/transport.ts";
import { type VerifyWebhookOptions, verifyWebhook, type WebhookHeaders } from "../webhooks/signature.ts";

export class Webhooks {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Makes an endpoint. Its secret is in this answer and in no other. */
  create(webhook: RequestOf<"createWebhook">["body"], options?: CallOptions): Promise<WebhookWithSecret> {
    return this.#api.call("createWebhook", { body: webhook }, options);
  }

  get(id: string, options?: GetOptions): Promise<Webhook> {
    return this.#api.get("getWebhook", { params: { id } }, options);
  }

  list(options?: CallOptions): List<Webhook> {
    return this.#api.list("listWebhooks", {}, ({ webhooks }) => webhooks, options);
  }

  update(id: string, change: RequestOf<"updateWebhook">["body"], options?: CallOptions): Promise<Webhook> {
    return this.#api.call("updateWebhook", { params: { id }, body: change }, options);
  }

  /** Deletes an endpoint and its deliveries. */
  async delete(id: string, options?: CallOptions): Promise<void> {
    await this.#api.call("deleteWebhook", { params: { id } }, options);
  }

  /** Changes the secret; the old one signs, too, for `overlap_seconds`. */
  rotateSecret(
    id: string,
    rotation: RequestOf<"rotateWebhookSecret">["body"] = {},
    options?: CallOptions,
  ): Promise<WebhookWithSecret> {
    return this.#api.call("rotateWebhookSecret", { params: { id }, body: rotation }, options);
  }

  /** Sends an event `webhook.test`, and tells what was answered. */
  test(id: string, options?: CallOptions): Promise<ResponseOf<"testWebhook">> {
    return this.#api.call("testWebhook", { params: { id } }, options);
  }

  /** What was sent to an endpoint, and what it answered. */
  deliveries(
    id: string,
    filter: RequestOf<"listWebhookDeliveries">["query"] = {},
    options?: CallOptions,
  ): List<WebhookDelivery> {
    const request = { params: { id }, query: filter };
    return this.#api.list("listWebhookDeliveries", request, ({ deliveries }) => deliveries, options);
  }

  /** Delivers once more what was given up or refused. */
  async retry(id: string, deliveryId: string, options?: CallOptions): Promise<void> {
    await this.#api.call("retryWebhookDelivery", { params: { id, delivery_id: deliveryId } }, options);
  }

  /** Delivers events of a time, or single ones, once more. Gives how many. */
  async replay(id: string, which: RequestOf<"replayWebhook">["body"], options?: CallOptions): Promise<number> {
    return (await this.#api.call("replayWebhook", { params: { id }, body: which }, options)).replayed;
  }

  /** As `verifyWebhook`; needs no API key and asks nobody. */
  verify(
    payload: string | Uint8Array,
    headers: WebhookHeaders,
    secrets: string | readonly string[],
    options?: VerifyWebhookOptions,
  ): Promise<Event> {
    return verifyWebhook<Event>(payload, headers, secrets, options);
  }
}
