// Webhooks of a gateway, put together.

import type { Projector } from "../readModel/projector.ts";
import type { Database } from "../sql/database.ts";
import type { MasterKeys } from "../vault/masterKeys.ts";
import { AddressRules, type Resolve, resolveByDns } from "./addresses.ts";
import { DELIVERY_OPTIONS, Deliverer, type DelivererParts, type DeliveryOptions } from "./deliverer.ts";
import { WebhookEndpoints } from "./endpoints.ts";
import { SEND_LIMITS, Sender, type SendLimits } from "./send.ts";

export interface WebhooksParts {
  readonly database: Database;
  readonly projector: Pick<Projector, "height" | "reached">;
  readonly masterKeys: MasterKeys;
  readonly publicUrl: string;
  /** Networks that are not public and may be sent to, as CIDR. */
  readonly networks: readonly string[];
  readonly onError: (error: unknown) => void;
  readonly onTry?: DelivererParts["onTry"];
  readonly options?: Partial<DeliveryOptions>;
  readonly limits?: Partial<SendLimits>;
  readonly random?: () => number;
  readonly resolve?: Resolve;
}

/** Endpoints, and what delivers to them. */
export interface Webhooks {
  readonly endpoints: WebhookEndpoints;
  readonly deliverer: Deliverer;
  close(): Promise<void>;
}

/** Puts them together; nothing is delivered until `deliverer.start()`. */
export function openWebhooks(parts: WebhooksParts): Webhooks {
  const { database, masterKeys, projector, publicUrl, onError, onTry, resolve = resolveByDns } = parts;
  const rules = new AddressRules(parts.networks);
  const endpoints = new WebhookEndpoints({ database, masterKeys, rules });
  const sender = new Sender({ rules, resolve, limits: { ...SEND_LIMITS, ...parts.limits } });
  const deliverer = new Deliverer({
    ...{ database, endpoints, publicUrl, onError, onTry },
    news: projector,
    send: sender.send,
    options: { ...DELIVERY_OPTIONS, ...parts.options },
    random: parts.random ?? Math.random,
    now: () => new Date(),
  });
  return {
    endpoints,
    deliverer,
    async close() {
      await deliverer.stop();
      sender.close();
    },
  };
}
