// What the API answers when it refuses: RFC 9457 problem documents with a code that stays the same.

/** What the chain said, where the chain refused. */
export interface ChainRefusal {
  readonly codespace: string;
  readonly code: number;
  readonly message: string;
}

/** What a problem may tell beside its code. */
export interface ProblemDetails {
  /** One sentence for the person who reads it; never personal data. */
  readonly detail: string;
  /** The field at fault, as a JSON pointer into the body (`/items/0/quantity`) or the name of a parameter. */
  readonly field?: string | undefined;
  readonly chain?: ChainRefusal | undefined;
  /** After how many seconds another try makes sense; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined;
  /** What clients can act upon, such as `amount_due`. Names must not be those of RFC 9457. */
  readonly extra?: Readonly<Record<string, string | number | boolean>> | undefined;
}

/** HTTP status and title of each code. A code that was released is never renamed. */
export const PROBLEMS = {
  invalid_request: { status: 400, title: "The request is not valid" },
  unauthorized: { status: 401, title: "An API key is needed" },
  forbidden: { status: 403, title: "The API key may not do this" },
  not_found: { status: 404, title: "There is no such thing" },
  method_not_allowed: { status: 405, title: "The method is not allowed here" },
  conflict: { status: 409, title: "The state does not allow this" },
  amount_mismatch: { status: 409, title: "The amount is not what is due" },
  idempotency_conflict: { status: 409, title: "The idempotency key was used for another request" },
  gone: { status: 410, title: "This is gone for good" },
  payload_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "The content type is not supported" },
  price_required: { status: 422, title: "An item has no price" },
  payer_required: { status: 422, title: "It is not said who pays" },
  grant_required: { status: 422, title: "The wallet has not granted this" },
  card_data_refused: { status: 422, title: "Card numbers are never taken" },
  card_declined: { status: 422, title: "The card was declined" },
  chain_refused: { status: 422, title: "The chain refused this" },
  not_supported: { status: 422, title: "This is not supported" },
  rate_limited: { status: 429, title: "Too many requests" },
  internal: { status: 500, title: "Something is wrong here" },
  chain_unavailable: { status: 503, title: "The chain cannot be reached" },
  database_unavailable: { status: 503, title: "The database cannot be reached" },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** A refusal on its way to the client. Anything else that is thrown becomes `internal`, and its text stays in the log. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly details: ProblemDetails;

  constructor(code: ProblemCode, details: ProblemDetails | string, options?: ErrorOptions) {
    const given = typeof details === "string" ? { detail: details } : details;
    super(given.detail, options);
    this.name = "Problem";
    this.code = code;
    this.details = given;
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}
