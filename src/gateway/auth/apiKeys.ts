// API keys: `sk_test_` or `sk_live_` and 32 random characters of base58, of which only sha256 is kept. Each key acts for one
// merchant and has a signer, an account on chain whose private key is sealed with the master key.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import { decodeAddress, encodeAddress } from "../../codec/address.ts";
import { utf8 } from "../../codec/bytes.ts";
import { addressOfSecp256k1 } from "../../crypto/address.ts";
import { publicKeyOf } from "../../crypto/secp256k1.ts";
import { Problem } from "../http/problem.ts";
import { newId, randomBase58 } from "../ids.ts";
import { type ApiKey, SCOPES, type Scope } from "../parts.ts";
import type { Database } from "../sql/database.ts";
import type { MasterKeys } from "../vault/masterKeys.ts";
import type { WrappedRows } from "../vault/rewrap.ts";

const SECRET_CHARACTERS = 32;
const PRIVATE_KEY_BYTES = 32;
const SECRET = new RegExp(`^sk_(test|live)_[1-9A-HJ-NP-Za-km-z]{${SECRET_CHARACTERS}}$`);
const NAME_MAX = 100;
/** How long a key is believed without a look at the database: a revoked one works no longer than this. */
const BELIEVED_MS = 5_000;
const KEYS_CACHED_MAX = 10_000;
const SIGNERS_CACHED_MAX = 1_000;
/** `last_used_at` is this coarse. */
const LAST_USED_MS = 60_000;
const LISTED_MAX = 1_000;
/** Wrong keys from one address in a minute; then all of its keys are refused for the rest of it. */
const WRONG_MAX = 30;
const WRONG_WINDOW_MS = 60_000;

export interface ApiKeysParts {
  readonly database: Database;
  readonly masterKeys: MasterKeys;
  readonly chainId: string;
  /** The chain on which keys are live; on any other they are test keys. */
  readonly liveChainId?: string | undefined;
  readonly nowMs: () => number;
  /** Hears of failures that refuse nobody. */
  readonly warn: (what: string, error: unknown) => void;
}

/** What a new key is to be. */
export interface NewApiKey {
  readonly merchant: string;
  readonly scopes: readonly Scope[];
  readonly name?: string | undefined;
  readonly expiresAt?: Date | undefined;
  /** 32 bytes; a new one unless given. An account that signs for several keys of a merchant is kept once. */
  readonly signerPrivKey?: Uint8Array | undefined;
  /** Only for keys that protect nothing, such as a devnet's. */
  readonly secret?: string | undefined;
}

/** A key that was made. The secret is shown once and kept nowhere. */
export interface CreatedApiKey extends ApiKey {
  readonly secret: string;
}

/** A key as lists show it. */
export interface ListedApiKey {
  readonly id: string;
  readonly kind: string;
  /** The first and last characters. */
  readonly hint: string;
  readonly name: string;
  readonly merchant: string;
  readonly signer: string;
  readonly scopes: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
}

/** What cannot be made, or is not there. */
export class ApiKeyError extends Error {
  readonly code: "invalid" | "not_found";

  constructor(code: ApiKeyError["code"], message: string) {
    super(message);
    this.name = "ApiKeyError";
    this.code = code;
  }
}

interface KeyRow {
  readonly id: string;
  readonly kind: "test" | "live";
  readonly hash: string;
  readonly merchant: string;
  readonly signer: string;
  readonly scopes: string;
  readonly expires_ms: string | null;
}

interface Known {
  readonly key: ApiKey;
  readonly expiresMs: number;
  readonly untilMs: number;
}

const LISTED = "id, kind, hint, name, merchant, signer, scopes, created_at, expires_at, revoked_at, last_used_at";

function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

function sealContext(address: string): Uint8Array {
  return utf8(`gateway signer ${address}`);
}

/** Private keys of signers, for a change of the master key. */
export const SIGNER_KEYS: WrappedRows = {
  table: "gateway_signers",
  key: ["address"],
  column: "sealed",
  context: (address = "") => sealContext(address),
};

/** The API keys of one gateway. */
export class ApiKeys {
  readonly #parts: ApiKeysParts;
  readonly #known = new LRUCache<string, Known>({ max: KEYS_CACHED_MAX });
  readonly #privKeys = new LRUCache<string, Uint8Array>({ max: SIGNERS_CACHED_MAX });
  readonly #usedMs = new LRUCache<string, number>({ max: KEYS_CACHED_MAX });
  readonly #wrong = new LRUCache<string, { count: number; readonly sinceMs: number }>({ max: KEYS_CACHED_MAX });

  constructor(parts: ApiKeysParts) {
    this.#parts = parts;
  }

  /** The kind that keys have on this chain. */
  get kind(): "test" | "live" {
    const { chainId, liveChainId } = this.#parts;
    return chainId === liveChainId ? "live" : "test";
  }

  /** Makes a key and its signer. Throws ApiKeyError `invalid`. */
  async create(wanted: NewApiKey): Promise<CreatedApiKey> {
    const { merchant, scopes, name = "", expiresAt } = wanted;
    requireAddress(merchant);
    requireScopes(scopes);
    if (name.length > NAME_MAX) throw new ApiKeyError("invalid", `a name has at most ${NAME_MAX} characters`);
    const { kind } = this;
    const secret = wanted.secret ?? `sk_${kind}_${randomBase58(SECRET_CHARACTERS)}`;
    if (SECRET.exec(secret)?.[1] !== kind) throw new ApiKeyError("invalid", `this chain takes keys sk_${kind}_…`);
    const signer = await this.#keepSigner(merchant, wanted.signerPrivKey ?? randomBytes(PRIVATE_KEY_BYTES));
    const id = newId("key");
    const hint = `${secret.slice(0, 12)}…${secret.slice(-4)}`;
    await this.#parts.database.query(
      `insert into api_keys (id, kind, hash, hint, name, merchant, signer, scopes, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz)`,
      [
        ...[id, kind, hashOf(secret).toString("hex"), hint, name, merchant, signer],
        ...[scopes.join(" "), expiresAt?.toISOString() ?? null],
      ],
    );
    return { id, kind, scopes: new Set(scopes), merchant, signer, secret };
  }

  async #keepSigner(merchant: string, privKey: Uint8Array): Promise<string> {
    const address = encodeAddress(addressOfSecp256k1(publicKeyOf(privKey)));
    const { database, masterKeys } = this.#parts;
    await database.query(
      `insert into gateway_signers (address, merchant, master_key_id, sealed) values ($1, $2, $3, $4)
        on conflict (address) do nothing`,
      [address, merchant, masterKeys.currentId, masterKeys.wrap(privKey, sealContext(address))],
    );
    const [row] = await database.query<{ merchant: string }>(
      "select merchant from gateway_signers where address = $1",
      [address],
    );
    if (row?.merchant !== merchant) throw new ApiKeyError("invalid", "this account signs for another merchant");
    return address;
  }

  /** The keys of a merchant, or all; the newest first. */
  async list(merchant?: string): Promise<readonly ListedApiKey[]> {
    return this.#parts.database.query<ListedApiKey>(
      `select ${LISTED} from api_keys where $1::text is null or merchant = $1 order by created_at desc, id limit $2`,
      [merchant ?? null, LISTED_MAX],
    );
  }

  /** From now on (elsewhere within five seconds) the key is refused. Throws ApiKeyError `not_found`. */
  async revoke(id: string): Promise<void> {
    const rows = await this.#parts.database.query(
      "update api_keys set revoked_at = coalesce(revoked_at, now()) where id = $1 returning id",
      [id],
    );
    if (rows.length === 0) throw new ApiKeyError("not_found", `there is no key ${id}`);
    for (const [name, { key }] of this.#known.entries()) if (key.id === id) this.#known.delete(name);
  }

  /** Whose key a request shows: `Authorization: Bearer sk_…`. Throws Problem `unauthorized`. */
  async authenticate({ headers, ip }: Pick<FastifyRequest, "headers" | "ip">): Promise<ApiKey> {
    const [scheme, secret, ...more] = (headers.authorization ?? "").split(" ");
    if (scheme === "") throw new Problem("unauthorized", "this needs `Authorization: Bearer sk_…`");
    this.#requirePatience(ip);
    const known =
      scheme?.toLowerCase() === "bearer" && more.length === 0 && secret !== undefined && SECRET.test(secret)
        ? await this.#find(hashOf(secret))
        : undefined;
    if (known === undefined || known.expiresMs <= this.#parts.nowMs()) {
      this.#countWrong(ip);
      throw new Problem("unauthorized", "there is no such API key");
    }
    if (known.key.kind !== this.kind) {
      throw new Problem("unauthorized", `a ${known.key.kind} key does not work on the chain ${this.#parts.chainId}`);
    }
    this.#noteUse(known.key.id);
    return known.key;
  }

  async #find(hash: Buffer): Promise<Known | undefined> {
    const name = hash.toString("hex");
    const cached = this.#known.get(name);
    if (cached !== undefined && cached.untilMs > this.#parts.nowMs()) return cached;
    const [row] = await this.#parts.database.query<KeyRow>(
      `select id, kind, hash, merchant, signer, scopes,
          floor(extract(epoch from expires_at) * 1000)::bigint as expires_ms
        from api_keys where hash = $1 and revoked_at is null`,
      [name],
    );
    if (row === undefined || !timingSafeEqual(Buffer.from(row.hash, "hex"), hash)) {
      this.#known.delete(name);
      return undefined;
    }
    const { id, kind, merchant, signer } = row;
    const known: Known = {
      key: { id, kind, merchant, signer, scopes: new Set(row.scopes.split(" ") as Scope[]) },
      expiresMs: row.expires_ms === null ? Number.POSITIVE_INFINITY : Number(row.expires_ms),
      untilMs: this.#parts.nowMs() + BELIEVED_MS,
    };
    this.#known.set(name, known);
    return known;
  }

  #noteUse(id: string): void {
    const { nowMs, database, warn } = this.#parts;
    const now = nowMs();
    if (now - (this.#usedMs.get(id) ?? Number.NEGATIVE_INFINITY) < LAST_USED_MS) return;
    this.#usedMs.set(id, now);
    database
      .query("update api_keys set last_used_at = $2::timestamptz where id = $1", [id, new Date(now).toISOString()])
      .catch((error: unknown) => warn("the last use of a key could not be noted", error));
  }

  #requirePatience(ip: string): void {
    const wrong = this.#wrong.get(ip);
    if (wrong === undefined || wrong.count < WRONG_MAX) return;
    const leftMs = wrong.sinceMs + WRONG_WINDOW_MS - this.#parts.nowMs();
    if (leftMs <= 0) this.#wrong.delete(ip);
    else throw new Problem("rate_limited", { detail: "too many wrong API keys", retryAfterSeconds: leftMs / 1000 });
  }

  #countWrong(ip: string): void {
    const now = this.#parts.nowMs();
    const wrong = this.#wrong.get(ip);
    if (wrong === undefined || now - wrong.sinceMs >= WRONG_WINDOW_MS) this.#wrong.set(ip, { count: 1, sinceMs: now });
    else wrong.count += 1;
  }

  /** The private key of a signer. Rejects when the gateway has none, or it does not open. */
  async privKeyOf(signer: string): Promise<Uint8Array> {
    const cached = this.#privKeys.get(signer);
    if (cached !== undefined) return cached;
    const [row] = await this.#parts.database.query<{ master_key_id: string; sealed: Uint8Array }>(
      "select master_key_id, sealed from gateway_signers where address = $1",
      [signer],
    );
    if (row === undefined) throw new ApiKeyError("not_found", `the gateway has no key of ${signer}`);
    const sealed = Uint8Array.from(row.sealed);
    const privKey = this.#parts.masterKeys.unwrap(row.master_key_id, sealed, sealContext(signer));
    this.#privKeys.set(signer, privKey);
    return privKey;
  }
}

function requireAddress(text: string): void {
  try {
    decodeAddress(text);
  } catch (cause) {
    throw new ApiKeyError("invalid", `${text}: ${cause instanceof Error ? cause.message : "no address"}`);
  }
}

function requireScopes(scopes: readonly string[]): void {
  if (scopes.length === 0) throw new ApiKeyError("invalid", "a key needs a scope");
  const unknown = scopes.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (unknown !== undefined) {
    throw new ApiKeyError("invalid", `${unknown} is no scope; scopes are ${SCOPES.join(", ")}`);
  }
}
