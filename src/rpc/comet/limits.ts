// What the server puts up with. Where CometBFT v0.38 has a limit, it is its default (config/config.go DefaultRPCConfig,
// rpc/jsonrpc/server, rpc/core/env.go).

/** Limits of the server. Times are milliseconds. */
export interface CometRpcLimits {
  /** Bytes of a request's body, and of a WebSocket message. CometBFT has 1,000,000: too few for 1 MiB in base64. */
  readonly bodyBytesMax: number;
  /** Bytes of a request's line and headers; a transaction may stand in the URL. */
  readonly headerBytesMax: number;
  /** Requests in a batch. CometBFT has 10 by default, but CosmJS sends 20. */
  readonly batchMax: number;
  /** Bytes of the answers to a batch, about; the calls after that are refused. */
  readonly batchAnswerBytesMax: number;
  /** Connections at one time, WebSockets included. */
  readonly connectionsMax: number;
  /** How long a client may take to send a request. */
  readonly requestTimeoutMs: number;
  /** How long a connection may be silent while a request is served; more than `commitTimeoutMs`. */
  readonly socketTimeoutMs: number;
  /** How long a connection is kept for the next request. */
  readonly keepAliveMs: number;
  /** How long broadcast_tx_commit waits for a block. */
  readonly commitTimeoutMs: number;
  /** Clients that subscribe or wait in broadcast_tx_commit at one time. */
  readonly subscriptionClientsMax: number;
  /** Subscriptions and broadcast_tx_commit calls of one client. */
  readonly subscriptionsPerClientMax: number;
  /** Pause between two pings of a WebSocket. */
  readonly pingPeriodMs: number;
  /** A WebSocket from which nothing comes for so long, not even a pong, is cut off. */
  readonly readTimeoutMs: number;
  /** A WebSocket to which nothing can be written for so long is cut off. */
  readonly writeTimeoutMs: number;
  /** Bytes handed to a WebSocket before the client has taken them; more waits in the outbox as references. */
  readonly bufferedBytesMax: number;
  /** Messages that wait for a slow client. CometBFT holds 200 for each subscription. */
  readonly outboxMax: number;
  /** Requests of one WebSocket that wait or run; then nothing more is read from it. */
  readonly pendingRequestsMax: number;
}

/** The limits that hold unless others are given. */
export const DEFAULT_LIMITS: CometRpcLimits = Object.freeze({
  bodyBytesMax: 2 * 1024 * 1024,
  headerBytesMax: 1 << 20,
  batchMax: 100,
  batchAnswerBytesMax: 64 * 1024 * 1024,
  connectionsMax: 900,
  requestTimeoutMs: 10_000,
  socketTimeoutMs: 30_000,
  keepAliveMs: 10_000,
  commitTimeoutMs: 10_000,
  subscriptionClientsMax: 100,
  subscriptionsPerClientMax: 5,
  pingPeriodMs: 27_000,
  readTimeoutMs: 30_000,
  writeTimeoutMs: 10_000,
  bufferedBytesMax: 1 << 20,
  outboxMax: 100_000,
  pendingRequestsMax: 1_000,
});

/** Longest query of a subscription or search, in bytes (rpc/core/events.go maxQueryLength). */
export const QUERY_BYTES_MAX = 512;
/** Items on a page when the client does not say, and at most. */
export const PER_PAGE_DEFAULT = 30;
export const PER_PAGE_MAX = 100;
/** Headers that `blockchain` gives. */
export const BLOCKCHAIN_MAX = 20;
/** Bytes of a piece of the genesis document. */
export const GENESIS_CHUNK_BYTES = 16 * 1024 * 1024;
