// A node, or a gateway, as a process of its own: tests kill it, benches measure it.
//
//   in:  {"role": "node", "home", "port", "blockIntervalMs"}, or {"role": "gateway", "rpcUrl", "port", "database", "secret"}
//   out: `ready` once it answers

import { writeSync } from "node:fs";
import { startDevnet } from "../../devnet/devnet.ts";
import { devnetAccounts } from "../../devnet/devnetKeys.ts";
import { gatewayAccounts } from "../../devnet/gatewayState.ts";
import { createLogger } from "../../devnet/logger.ts";
import { ApiKeys } from "../auth/apiKeys.ts";
import { openApiKeys } from "../auth/openApiKeys.ts";
import { startGateway } from "../gateway.ts";
import { SCOPES } from "../parts.ts";
import type { DatabaseOptions } from "../sql/openDatabase.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";

interface NodeRole {
  readonly role: "node";
  readonly home: string;
  readonly port: number;
  readonly blockIntervalMs?: number;
}

interface GatewayRole {
  readonly role: "gateway";
  readonly rpcUrl: string;
  readonly port: number;
  readonly database: DatabaseOptions;
  readonly secret: string;
}

async function runNode({ home, port, blockIntervalMs = 20 }: NodeRole): Promise<void> {
  await startDevnet({
    ...{ home, freePorts: true, rpcPort: port, blockIntervalMs, emptyBlockIntervalMs: 300, logLevel: "silent" },
  });
}

async function runGateway({ rpcUrl, port, database, secret }: GatewayRole): Promise<void> {
  const { merchant, signer, customer } = gatewayAccounts(await devnetAccounts());
  const logger = createLogger(process.env["GATEWAY_LOG"] ?? "silent");
  const masterKeys = testMasterKeys("kill");
  const open = openApiKeys({ masterKeys, rateLimit: { max: 1_000_000 }, logger });
  await startGateway({
    ...{ rpcUrl, database, masterKeys, logger, onOtherChain: "stop", testPayer: customer.address },
    http: { host: "127.0.0.1", port },
    openKeys: async (sql, chainId) => {
      const keys = new ApiKeys({ database: sql, masterKeys, chainId, nowMs: Date.now, warn: () => undefined });
      const wanted = { merchant: merchant.address, scopes: SCOPES, signerPrivKey: signer.privKey, secret };
      if ((await keys.list()).length === 0) await keys.create(wanted);
      return open(sql, chainId);
    },
    onFailure(error) {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      process.exit(1);
    },
  });
}

const role = JSON.parse(process.argv[2] ?? "") as NodeRole | GatewayRole;
await (role.role === "node" ? runNode(role) : runGateway(role));
// Asked to end, it ends at once, and a profile that it was started with is written.
process.once("SIGTERM", () => process.exit(0));
writeSync(1, "ready\n");
