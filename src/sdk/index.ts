// The package's entry "@stateset/commerce-sdk".

export type { OperationId, RequestOf, ResponseOf } from "./api/api.ts";
export type {
  CreatedOrder,
  Customer,
  Dispute,
  Event,
  Operations,
  Order,
  OrderSummary,
  PaidOrder,
  Payment,
  PaymentException,
  Refund,
  Webhook,
  WebhookDelivery,
  WebhookWithSecret,
  Write,
} from "./api/types.ts";
export type { CacheOptions, CacheStats, CdnCacheOptions } from "./cache/cache.ts";
export type { GetOptions } from "./cache/cachedReads.ts";
export type { MemoryCacheOptions } from "./cache/memoryTier.ts";
export type { RedisCacheOptions, RedisClient } from "./cache/redisTier.ts";
export { StateSetClient } from "./client.ts";
export {
  AmountMismatchError,
  ApiConnectionError,
  ApiError,
  AuthenticationError,
  CacheMissError,
  type ChainRefusal,
  ChainRefusedError,
  ConfigError,
  ConflictError,
  GoneError,
  IdempotencyError,
  NotFoundError,
  PermissionError,
  type ProblemDocument,
  RateLimitError,
  ServerError,
  StaleReadError,
  StateSetError,
  TimeoutError,
  ValidationError,
} from "./errors.ts";
export type { List, Page } from "./http/pager.ts";
export type { CallOptions } from "./http/transport.ts";
export type { Meter, Metrics, MetricsOptions } from "./metrics/metrics.ts";
export type { Series, Tags } from "./metrics/registry.ts";
export type { Network, StateSetClientOptions } from "./options.ts";
export { type BatchOptions, type BatchResult, valuesOf } from "./resources/batch.ts";
export type { StreamOptions } from "./resources/events.ts";
export type { CheckedOrder, NewOrder, NewPaidOrder, OrderFilter } from "./resources/orders.ts";
export { type OrderAnalytics, type Report, ReportError } from "./resources/reports.ts";
export {
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookHeaders,
  WebhookVerificationError,
} from "./webhooks/signature.ts";
