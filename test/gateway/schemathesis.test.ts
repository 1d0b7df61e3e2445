// The API against its own OpenAPI document, with requests that schemathesis makes up: no server error, and no answer that the
// document does not describe. Without Python or a package registry the test says so, and ends.

import { expect, test } from "vitest";
import { installSchemathesis, runSchemathesis } from "../../scripts/schemathesis.ts";
import { migrate } from "../../src/gateway/sql/migrate.ts";
import { openPglite } from "../../src/gateway/sql/pgliteDatabase.ts";
import { startChainGateway } from "../../src/gateway/testing/chainGateway.ts";

const EXAMPLES = Number(process.env["EXAMPLES"] ?? "4");
const SEED = Number(process.env["SEED"] ?? "1");

test("default: every answer is as the document says", { timeout: 900_000 }, async () => {
  const program = installSchemathesis();
  if (program === undefined) return;
  const database = await openPglite();
  await migrate(database);
  const gateway = await startChainGateway(database);
  try {
    const url = await gateway.app.listen({ host: "127.0.0.1", port: 0 });
    const run = { program, url, apiKey: "test", examples: EXAMPLES, seed: SEED, paths: process.env["PATHS"] };
    const { code, output } = await runSchemathesis(run);
    expect(code, output).toBe(0);
  } finally {
    await gateway.close();
    await database.close();
  }
});
