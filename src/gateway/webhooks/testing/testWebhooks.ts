// Webhooks for tests: over a database, to loopback, with waits of milliseconds.

import type { Projector } from "../../readModel/projector.ts";
import type { Database } from "../../sql/database.ts";
import { testMasterKeys } from "../../vault/testing/masterKeys.ts";
import { openWebhooks, type Webhooks, type WebhooksParts } from "../webhooks.ts";

/** Nothing is delivered until `deliverer.start()`. */
export function testWebhooks(
  database: Database,
  projector: Pick<Projector, "height" | "reached">,
  given: Partial<WebhooksParts> = {},
): Webhooks {
  return openWebhooks({
    ...{ database, projector, masterKeys: testMasterKeys("test"), networks: ["127.0.0.0/8"] },
    publicUrl: "http://127.0.0.1:8080",
    onError: (error) => {
      throw error;
    },
    ...given,
  });
}
