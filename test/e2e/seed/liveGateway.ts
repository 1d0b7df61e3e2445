// A gateway over a real chain, with a port, for the snippets of the API's published description.

import { migrate } from "../../../src/gateway/sql/migrate.ts";
import { openPglite } from "../../../src/gateway/sql/pgliteDatabase.ts";
import { startChainGateway } from "../../../src/gateway/testing/chainGateway.ts";
import { freePort } from "../../../src/sdk/testing/redisServer.ts";

/** Where it is, and who there is. */
export interface LiveGateway {
  readonly url: string;
  readonly apiKey: string;
  /** A wallet that lets the API key pay for it. */
  readonly wallet: string;
  close(): Promise<void>;
}

export async function startLiveGateway(): Promise<LiveGateway> {
  const database = await openPglite();
  await migrate(database);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const gateway = await startChainGateway(database, { publicUrl: url });
  await gateway.app.listen({ host: "127.0.0.1", port });
  return {
    url,
    apiKey: "test",
    wallet: gateway.customer,
    async close() {
      await gateway.close();
      await database.close();
    },
  };
}
