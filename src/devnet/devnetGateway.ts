// The gateway of a devnet: its keys protect nothing, and everybody knows them.

import { join } from "node:path";
import { utf8 } from "../codec/bytes.ts";
import { sha256 } from "../crypto/hash.ts";
import type { PaymentChain } from "../gateway/checkout/paymentChain.ts";
import { type RunningGateway, startGateway } from "../gateway/gateway.ts";
import type { GatewayKeys } from "../gateway/gatewayConfig.ts";
import { Problem } from "../gateway/http/problem.ts";
import { idempotency } from "../gateway/idempotency/plugin.ts";
import { type ApiKey, SCOPES } from "../gateway/parts.ts";
import { masterKeysOf } from "../gateway/vault/masterKeys.ts";
import type { MasterKeys } from "../gateway/vault/masterKeys.ts";
import type { Devnet } from "./devnet.ts";
import { gatewayAccounts } from "./gatewayState.ts";
import type { Logger } from "./logger.ts";

/** The API key of every devnet. */
export const DEVNET_API_KEY = "sk_test_devnet";
/** Where the gateway listens. */
const HTTP_PORT = 8080;
const METRICS_PORT = 8081;

/** A gateway that runs. */
export interface DevnetGateway extends RunningGateway {
  readonly apiKey: string;
  /** Whose orders the key makes, who signs for it, and whose wallet pays when a request names none. */
  readonly merchant: string;
  readonly signer: string;
  readonly customer: string;
}

export interface DevnetGatewayOptions {
  readonly chain: Devnet;
  readonly home: string;
  readonly ports: "free" | "known";
  /** EVM chains that the checkout page offers. */
  readonly paymentChains: readonly PaymentChain[];
  readonly logger: Logger;
  readonly onFailure: (error: unknown) => void;
}

interface KeyParts {
  readonly key: ApiKey;
  readonly privKey: Uint8Array;
  readonly masterKeys: MasterKeys;
  readonly logger: Logger;
}

function keysOf({ key, privKey, masterKeys, logger }: KeyParts): GatewayKeys {
  return {
    plugins: [idempotency({ masterKeys, warn: (what, error) => logger.warn({ err: error }, what) })],
    async authenticate({ headers }) {
      if (headers.authorization === `Bearer ${DEVNET_API_KEY}`) return key;
      throw new Problem("unauthorized", "there is no such API key");
    },
    findKey: async (id) => (id === key.id ? key : undefined),
    signers: {
      async privKeyOf(signer) {
        if (signer === key.signer) return privKey;
        throw new Problem("internal", "a devnet signs for one account");
      },
    },
  };
}

/** Starts it over a chain that runs. */
export async function startDevnetGateway(options: DevnetGatewayOptions): Promise<DevnetGateway> {
  const { chain, home, ports, logger, onFailure } = options;
  const { merchant, signer, customer } = gatewayAccounts(chain.accounts);
  const key: ApiKey = {
    ...{ id: "key_devnet", kind: "test", scopes: new Set(SCOPES) },
    ...{ merchant: merchant.address, signer: signer.address },
  };
  const folder = join(home, "gateway");
  const masterKeys = masterKeysOf([sha256(utf8(`${chain.chainId} gateway`))]);
  const listenOn = (port: number) => ({ host: "127.0.0.1", port: ports === "known" ? port : 0 });
  const running = await startGateway({
    rpcUrl: chain.rpcUrl,
    database: { folder: join(folder, "database") },
    folder: join(folder, "files"),
    http: listenOn(HTTP_PORT),
    metrics: listenOn(METRICS_PORT),
    masterKeys,
    testPayer: customer.address,
    paymentChains: options.paymentChains,
    webhookNetworks: ["127.0.0.0/8", "::1/128"],
    openKeys: async () => keysOf({ key, privKey: signer.privKey, masterKeys, logger }),
    onOtherChain: "rebuild",
    ...{ logger, onFailure },
  });
  return {
    ...running,
    ...{ apiKey: DEVNET_API_KEY, merchant: merchant.address, signer: signer.address, customer: customer.address },
  };
}
