// Everything that the SDK rejects with. Match on the class or on `code`; texts may change.

/** What the chain said, where the chain refused. */
export interface ChainRefusal {
  readonly codespace: string;
  readonly code: number;
  readonly message: string;
}

/** An RFC 9457 problem document, as the API answers when it refuses. */
export interface ProblemDocument {
  readonly type?: string;
  readonly title?: string;
  readonly status?: number;
  readonly detail?: string;
  readonly instance?: string;
  /** Stays the same over releases. */
  readonly code?: string;
  /** The field at fault: a JSON pointer into the body, or the name of a parameter. */
  readonly field?: string;
  readonly chain?: ChainRefusal;
  readonly request_id?: string;
  readonly [name: string]: unknown;
}

/** What an answer told beside its body. */
export interface AnswerFacts {
  readonly status: number;
  readonly headers: Headers;
  /** After how many milliseconds the gateway wants to be asked again. */
  readonly retryAfterMs?: number | undefined;
}

/** The base of all errors of the SDK. */
export class StateSetError extends Error {
  /** Names the kind of failure; an API error has the code of its problem document. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An option or an argument that cannot be meant so. Nothing was sent. */
export class ConfigError extends StateSetError {
  constructor(message: string) {
    super("config", message);
  }
}

/** `cache: "only"` was asked for, and no copy is young enough. */
export class CacheMissError extends StateSetError {
  constructor(path: string) {
    super("cache_miss", `no copy of ${path} that is young enough`);
  }
}

/** The API could not be reached, or its answer did not arrive. Whether a write was done is unknown. */
export class ApiConnectionError extends StateSetError {
  constructor(message: string, options?: ErrorOptions & { readonly code?: string }) {
    super(options?.code ?? "connection", message, options);
  }
}

/** The call took longer than its `timeout`. */
export class TimeoutError extends ApiConnectionError {
  readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`, { code: "timeout" });
    this.timeoutMs = timeoutMs;
  }
}

/** Every endpoint is behind the block of this client's last write. */
export class StaleReadError extends ApiConnectionError {
  constructor(height: number) {
    super(`no endpoint has block ${height}, in which this client's last write is`, { code: "stale_read" });
  }
}

/** The API refused: a problem document, or what else it answered with a status of 400 and above. */
export class ApiError extends StateSetError {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly field: string | undefined;
  readonly chain: ChainRefusal | undefined;
  /** Names the request in the gateway's log. */
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** The whole document: what is told beside the standard fields is here, such as `amount_due`. */
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument, { status, headers, retryAfterMs }: AnswerFacts) {
    const detail = problem.detail ?? problem.title ?? `status ${status}`;
    super(problem.code ?? `http_${status}`, detail);
    this.status = status;
    this.title = problem.title ?? "";
    this.detail = detail;
    this.field = problem.field;
    this.chain = problem.chain;
    this.requestId = problem.request_id ?? headers.get("x-request-id") ?? headers.get("request-id") ?? undefined;
    this.retryAfterMs = retryAfterMs;
    this.problem = problem;
  }
}

/** 400, 413, 415, 422: the request cannot be carried out as it is. */
export class ValidationError extends ApiError {}
/** 401: no API key, or none that is valid. */
export class AuthenticationError extends ApiError {}
/** 403: the API key may not do this. */
export class PermissionError extends ApiError {}
/** 404: there is no such thing, or it is another merchant's. */
export class NotFoundError extends ApiError {}
/** 409: the state does not allow this. */
export class ConflictError extends ApiError {}
/** 409 `idempotency_conflict`: the key was used for another request. */
export class IdempotencyError extends ApiError {}
/** 410: gone for good. */
export class GoneError extends ApiError {}
/** 429: too many requests; `retryAfterMs` says when to come again. */
export class RateLimitError extends ApiError {}
/** 5xx: something is wrong behind the API. */
export class ServerError extends ApiError {}

/** 409 `amount_mismatch`: what was offered is not what is due. */
export class AmountMismatchError extends ConflictError {
  /** What is due, as a decimal; undefined when the API did not say. */
  get amountDue(): string | undefined {
    const due = this.problem["amount_due"];
    return typeof due === "string" ? due : undefined;
  }
}

/** 422 `chain_refused`: the message was in a block, or would have been, and failed; `chain` has the chain's error. */
export class ChainRefusedError extends ValidationError {}

type ApiErrorClass = new (problem: ProblemDocument, facts: AnswerFacts) => ApiError;

const BY_CODE: ReadonlyMap<string, ApiErrorClass> = new Map([
  ["idempotency_conflict", IdempotencyError],
  ["amount_mismatch", AmountMismatchError],
  ["chain_refused", ChainRefusedError],
]);

const BY_STATUS: ReadonlyMap<number, ApiErrorClass> = new Map<number, ApiErrorClass>([
  [400, ValidationError],
  [401, AuthenticationError],
  [403, PermissionError],
  [404, NotFoundError],
  [409, ConflictError],
  [410, GoneError],
  [413, ValidationError],
  [415, ValidationError],
  [422, ValidationError],
  [429, RateLimitError],
]);

function isProblem(body: unknown): body is ProblemDocument {
  return typeof body === "object" && body !== null && !Array.isArray(body);
}

/** The error of an answer with status 400 or above. A body that is no problem document (of a proxy) counts as none. */
export function apiErrorOf(body: unknown, facts: AnswerFacts): ApiError {
  const problem = isProblem(body) ? body : {};
  const byStatus = BY_STATUS.get(facts.status) ?? (facts.status >= 500 ? ServerError : ApiError);
  const kind = BY_CODE.get(problem.code ?? "") ?? byStatus;
  return new kind(problem, facts);
}
