// The gateway of a devnet, for the snippets of the API's published description.

import { createDevnet } from "../../../src/devnet/createDevnet.ts";

/** Where it is, and who there is. */
export interface LiveGateway {
  readonly url: string;
  readonly apiKey: string;
  /** A wallet that lets the API key pay for it. */
  readonly wallet: string;
  /** Other accounts of the chain. */
  readonly others: readonly string[];
  close(): Promise<void>;
}

export async function startLiveGateway(): Promise<LiveGateway> {
  const devnet = await createDevnet({ evm: false, blockIntervalMs: 50 });
  const { url, apiKey, customer } = devnet.gateway!;
  const others = devnet.chain.accounts.slice(1, 4).map(({ address }) => address);
  return { url, apiKey, wallet: customer, others, close: () => devnet.stop() };
}
