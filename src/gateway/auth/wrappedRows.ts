// Everything that the master key wraps for longer than two days. A part that wraps more adds it here.

import { CUSTOMER_KEYS } from "../vault/vault.ts";
import { WEBHOOK_SECRETS } from "../webhooks/endpoints.ts";
import { SIGNER_KEYS } from "./apiKeys.ts";

export const WRAPPED_ROWS = [CUSTOMER_KEYS, SIGNER_KEYS, WEBHOOK_SECRETS] as const;
