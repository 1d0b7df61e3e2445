// What a gateway is started with.

import type { FastifyBaseLogger } from "fastify";
import type { PaymentChain } from "./checkout/paymentChain.ts";
import type { Authenticate } from "./http/app.ts";
import type { RouteModule } from "./http/routeModule.ts";
import type { ApiKey } from "./parts.ts";
import type { Database } from "./sql/database.ts";
import type { DatabaseOptions } from "./sql/openDatabase.ts";
import type { MasterKeys } from "./vault/masterKeys.ts";
import type { SignerKeys } from "./writes/writerOptions.ts";

export interface ListenAddress {
  readonly host: string;
  /** 0 takes a port that the system picks. */
  readonly port: number;
}

/** Who may ask, and with what the gateway signs for them. */
export interface GatewayKeys {
  readonly authenticate: Authenticate;
  /** A valid key by its id, where keys are not in the database: what a schedule does is done in its name. */
  readonly findKey?: ((apiKeyId: string) => Promise<ApiKey | undefined>) | undefined;
  readonly signers: SignerKeys;
  /** What else holds for every route, such as rate limits. */
  readonly plugins?: readonly RouteModule[] | undefined;
}

/** Opens them, once the database is there. */
export type OpenKeys = (database: Database, chainId: string) => Promise<GatewayKeys>;

export interface GatewayConfig {
  /** A node's RPC, `http://127.0.0.1:26657`. */
  readonly rpcUrl: string;
  readonly database: DatabaseOptions;
  /** The gateway's own, for files that clients download; a temporary one when left out. */
  readonly folder?: string | undefined;
  readonly http: ListenAddress;
  /** Left out: no metrics are served. */
  readonly metrics?: ListenAddress | undefined;
  /** Where the public reaches the gateway; its own address unless given. */
  readonly publicUrl?: string | undefined;
  /** What wraps the keys of personal data, and of whatever else is sealed. */
  readonly masterKeys: MasterKeys;
  /** A file with tables of taxes, rates and lists (pricing/loadTables.ts); the built-in ones unless given. */
  readonly tablesFile?: string | undefined;
  /** The wallet that pays for test keys when a request names none. */
  readonly testPayer?: string | undefined;
  /** EVM chains that the checkout page offers to pay from. */
  readonly paymentChains?: readonly PaymentChain[] | undefined;
  /** Whose requests are answered, and who signs for them. */
  readonly openKeys: OpenKeys;
  /** Networks that are not public and that webhooks may go to, as CIDR: `127.0.0.0/8` on a devnet. None by default. */
  readonly webhookNetworks?: readonly string[] | undefined;
  /** Origins of web pages that may ask with an API key, `https://shop.example`; none by default. */
  readonly corsOrigins?: readonly string[] | undefined;
  /** Days for which tries to deliver webhooks are kept; 30 unless given. */
  readonly webhookAttemptDays?: number | undefined;
  /** Forget what was read of the chain, and read it again from block 1. Nothing is told to webhooks twice. */
  readonly rebuild?: boolean | undefined;
  /** What to do when the chain is another one than before: `stop`, unless it is a devnet. */
  readonly onOtherChain: "stop" | "rebuild";
  readonly logger: FastifyBaseLogger;
  /** Hears what ends the gateway from within. */
  readonly onFailure: (error: unknown) => void;
}
