// Asks a running relayer over its HTTP API.

import { type RelayerApi, type RelayerMessage, RelayerSilentError } from "./world.ts";

const TIMEOUT_MS = 10_000;

interface Answer {
  readonly status: number;
  readonly json: { readonly [key: string]: unknown };
}

/** The relayer at a URL. Nothing is sent yet. */
export function relayerApi(baseUrl: string): RelayerApi {
  const url = baseUrl.replace(/\/+$/, "");
  const ask = (path: string, method: "GET" | "POST" = "GET") => askOnce(url, path, method);
  return {
    url,
    async find(hash) {
      return messagesOf(await ask(`/messages/${hash}`));
    },
    async relay(domain, txHash) {
      const answer = await ask(`/tx/${domain}/${txHash}`, "POST");
      return answer.status === 404 ? undefined : messagesOf(answer);
    },
    async retry(hash) {
      await ask(`/messages/${hash}/retry`, "POST");
    },
    async wallets() {
      const { json } = await ask("/status");
      const wallets = (json["wallets"] ?? []) as readonly { readonly chain: string; readonly address: string }[];
      return new Map(wallets.map(({ chain, address }) => [chain, address]));
    },
  };
}

async function askOnce(url: string, path: string, method: "GET" | "POST"): Promise<Answer> {
  try {
    const response = await fetch(`${url}${path}`, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: "error",
    });
    const json: unknown = await response.json();
    if (response.status >= 500 || typeof json !== "object" || json === null)
      throw new Error(`status ${response.status}`);
    // Objects are read by key only.
    return { status: response.status, json: json as Answer["json"] };
  } catch (cause) {
    throw new RelayerSilentError(url, { cause });
  }
}

/** Empty when it knows none. The shape is `http/views.ts`'s. */
function messagesOf({ json }: Answer): readonly RelayerMessage[] {
  const { messages } = json as { readonly messages?: unknown };
  return Array.isArray(messages) ? (messages as readonly RelayerMessage[]) : [];
}
