// What the routes of the gateway are given, and what they ask of the parts that are built in folders of their own.

import type { Any } from "../../gen/google/protobuf/any.ts";
import type { CardProcessor } from "./cards/cardProcessor.ts";
import type { PaymentChain } from "./checkout/paymentChain.ts";
import type { EvaluateOrder } from "./orders/evaluation.ts";
import type { Quotes } from "./pricing/quotes.ts";
import type { BlockSource } from "./readModel/blockSource.ts";
import type { Projector } from "./readModel/projector.ts";
import type { Database } from "./sql/database.ts";
import type { Vault } from "./vault/vault.ts";
import type { Webhooks } from "./webhooks/webhooks.ts";

/** What an API key may do. `…:read` never changes anything. */
export const SCOPES = [
  "orders:read",
  "orders:write",
  "payments:write",
  "customers:read",
  "customers:write",
  "webhooks:read",
  "webhooks:write",
  "analytics:read",
  "reports:write",
  "compliance:write",
] as const;

export type Scope = (typeof SCOPES)[number];

/** Who asks: an API key that was presented and is valid. */
export interface ApiKey {
  /** `key_…`: names the key, is no secret. */
  readonly id: string;
  readonly kind: "test" | "live";
  readonly scopes: ReadonlySet<Scope>;
  /** Whose orders the key sees and changes, bech32. */
  readonly merchant: string;
  /** The account on chain that signs for the key, bech32: the merchant itself, or one of its operators. */
  readonly signer: string;
}

/** One request as one message of a transaction. */
export interface WriteRequest {
  readonly apiKey: ApiKey;
  /** Its signer is the key's. */
  readonly message: Any;
  /**
   * The idempotency row of the request (`(api key id, Idempotency-Key)`), so that after a restart the answer is the one
   * that the chain gave; undefined where the client gave none.
   */
  readonly idempotencyKey?: string | undefined;
}

/** What became of it, durably. */
export interface WriteOutcome {
  /** 64 upper-case hex digits. */
  readonly txHash: string;
  readonly height: number;
  /** The place of the message in its transaction. */
  readonly messageIndex: number;
  /** The `Msg…Response` of the message. */
  readonly response: Any;
  /** The whole transaction's share that falls on this message, micro-units. */
  readonly networkFee: bigint;
}

/** A write that is on its way: `accepted` once it is journalled, `outcome` once its block is durable. */
export interface PendingWrite {
  /** `wrt_…` */
  readonly id: string;
  /** Rejects with Problem `chain_refused` (the message failed), or `chain_unavailable` (it was not, and will not be, in a block). */
  readonly outcome: Promise<WriteOutcome>;
}

/** Puts requests into transactions: many at a time, each once. */
export interface Writer {
  /** Resolves when the request is journalled: from then on it is in a block once, or was refused. */
  submit(request: WriteRequest): Promise<PendingWrite>;
  /** What became of a write that was answered with 202; undefined when there is no such write of that key. */
  find(apiKeyId: string, writeId: string): Promise<PendingWrite | undefined>;
}

/** A transaction that the client signed. */
export interface SignedTxRequest {
  readonly apiKey: ApiKey;
  /** A TxRaw. */
  readonly bytes: Uint8Array;
  /** Throws a Problem when these are not messages that the route is for. */
  readonly allow: (messages: readonly Any[]) => void;
  readonly idempotencyKey?: string | undefined;
}

/** A writer that also carries what clients sign themselves. */
export interface SignedTxWriter extends Writer {
  /**
   * Sends a client's transaction as it is, never signed anew. The outcome is that of its first message. Rejects with
   * Problem `invalid_request` when it is none.
   */
  submitSigned(request: SignedTxRequest): Promise<PendingWrite>;
}

/** A chain's node as the gateway reads it, beside what the read model knows. */
export interface ChainReader {
  readonly chainId: string;
  /** `abci_query` of a gRPC method at the latest height, or another one. */
  query(path: string, request: Uint8Array, height?: number): Promise<Uint8Array>;
}

/** A service outside that the gateway asks; without it some answers lack something, but orders go on. */
export interface ExternalCheck {
  readonly name: string;
  /** Resolves when it answers. */
  readonly check: () => Promise<void>;
}

/** Everything that routes may use. */
export interface GatewayParts {
  readonly database: Database;
  readonly source: BlockSource;
  readonly projector: Projector;
  readonly writer: SignedTxWriter;
  /** How long a request waits for its block; 30 s unless given. */
  readonly writeWaitMs?: number | undefined;
  readonly chain: ChainReader;
  /** Personal data, which is nowhere else. */
  readonly vault: Vault;
  readonly webhooks: Webhooks;
  /** What is asked about an order before it is made; undefined where orders are in USDC and name their own taxes. */
  readonly evaluateOrder?: EvaluateOrder | undefined;
  /** The wallet that pays for test keys when a request names none, having granted it to their signers. */
  readonly testPayer?: string | undefined;
  /** Takes cards; a test processor unless given. */
  readonly cardProcessor?: CardProcessor | undefined;
  /** Services outside whose answers matter to some orders; `GET /v1/health` tells of them. */
  readonly externals?: readonly ExternalCheck[] | undefined;
  /** EVM chains that the checkout page offers to pay from; those that our chain does not know are left out. */
  readonly paymentChains?: readonly PaymentChain[] | undefined;
  /** A folder of the gateway's own, for files that clients download; a temporary one when left out. */
  readonly folder?: string | undefined;
  /** Exchange rates. */
  readonly quotes: Quotes;
  /** Aborted when the gateway is to stop: answers that have no end of their own end then. */
  readonly stopping?: AbortSignal | undefined;
  /** Where the public reaches the gateway, without a slash at the end: `http://127.0.0.1:8080`. */
  readonly publicUrl: string;
}
