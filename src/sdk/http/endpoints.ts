// Which of several endpoints a call goes to. All of them serve the same chain and the same data: where a write goes is a
// question of load, where a read goes is one of nearness and of what the replica has seen already.

/** One base URL, and what is known of it. */
export interface Endpoint {
  /** Without a slash at the end. */
  readonly url: string;
  /** The highest block that an answer of it has shown. */
  height: number;
  /** A moving average of how long it takes to answer; undefined until it has. */
  latencyMs: number | undefined;
  /** Until when, by the client's clock, it is asked last, since it did not answer. */
  downUntilMs: number;
}

/** How long an endpoint that failed is asked last. */
const DOWN_MS = 10_000;
/** How much of the average the newest answer is. */
const NEWEST_SHARE = 0.3;

/** FNV-1a over UTF-16 units with a last mix, 32 bits: spreads keys, and is no secret. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/**
 * Rendezvous hashing: every client orders the endpoints of a key in the same way, and when one goes away only its own
 * keys move, each to its next.
 */
export function rendezvous(urls: readonly string[], key: string): readonly string[] {
  const weighed = urls.map((url) => ({ url, weight: hash(`${url}\n${key}`) }));
  return weighed.sort((a, b) => b.weight - a.weight || (a.url < b.url ? -1 : 1)).map(({ url }) => url);
}

/** What is asked of the endpoints. */
export interface Route {
  readonly isRead: boolean;
  /** The value of the shard key, where the call has one. */
  readonly key: string | undefined;
}

export interface EndpointsOptions {
  /** Where writes go, and reads when no replica can answer; at least one. */
  readonly primaries: readonly string[];
  readonly replicas: readonly string[];
  /** How many of the replicas one key is read from; all of them when undefined. */
  readonly readReplicas: number | undefined;
  readonly nowMs: () => number;
}

/** The endpoints of a client. */
export class Endpoints {
  readonly #options: EndpointsOptions;
  readonly #all = new Map<string, Endpoint>();
  /** The block of this client's last write: what is read must not be older. */
  #writtenHeight = 0;

  constructor(options: EndpointsOptions) {
    this.#options = options;
    for (const url of [...options.primaries, ...options.replicas]) {
      this.#all.set(url, { url, height: 0, latencyMs: undefined, downUntilMs: 0 });
    }
  }

  get writtenHeight(): number {
    return this.#writtenHeight;
  }

  /** Whether an answer is older than this client's last write, and another endpoint may have a newer one. */
  isStale(height: number | undefined): boolean {
    return this.#all.size > 1 && height !== undefined && height < this.#writtenHeight;
  }

  /** All that may serve a call, the best first. */
  candidates({ isRead, key }: Route): readonly Endpoint[] {
    const { primaries, replicas, readReplicas } = this.#options;
    const writers = this.#upFirst(this.#of(key === undefined ? primaries : rendezvous(primaries, key)));
    if (!isRead || replicas.length === 0) return writers;
    const chosen = (key === undefined ? replicas : rendezvous(replicas, key)).slice(0, readReplicas);
    return [
      ...this.#upFirst(this.#nearestFirst(this.#of(chosen))),
      ...writers.filter(({ url }) => !chosen.includes(url)),
    ];
  }

  /** Remembers an answer. */
  answered(endpoint: Endpoint, tookMs: number, height: number | undefined): void {
    const before = endpoint.latencyMs ?? tookMs;
    endpoint.latencyMs = before * (1 - NEWEST_SHARE) + tookMs * NEWEST_SHARE;
    endpoint.height = Math.max(endpoint.height, height ?? 0);
    endpoint.downUntilMs = 0;
  }

  /** Remembers that there was none. */
  failed(endpoint: Endpoint): void {
    endpoint.downUntilMs = this.#options.nowMs() + DOWN_MS;
  }

  wrote(height: number | undefined): void {
    this.#writtenHeight = Math.max(this.#writtenHeight, height ?? 0);
  }

  #of(urls: readonly string[]): Endpoint[] {
    return urls.map((url) => this.#all.get(url)!);
  }

  #upFirst(endpoints: readonly Endpoint[]): Endpoint[] {
    const nowMs = this.#options.nowMs();
    const isUp = ({ downUntilMs }: Endpoint) => downUntilMs <= nowMs;
    return [...endpoints.filter(isUp), ...endpoints.filter((endpoint) => !isUp(endpoint))];
  }

  /** Those that have the last write first; among them those that were never asked, then the quickest. */
  #nearestFirst(endpoints: Endpoint[]): Endpoint[] {
    const isBehind = ({ height }: Endpoint) => Number(height < this.#writtenHeight);
    return endpoints.sort((a, b) => isBehind(a) - isBehind(b) || (a.latencyMs ?? 0) - (b.latencyMs ?? 0));
  }
}
