// One life of a node, or of a gateway, that will be killed. Started by gateway.test.ts as its own process.
//
//   in:  {"role": "node", "home", "port"}, or {"role": "gateway", "rpcUrl", "port", "database", "secret"}
//   out: `ready` once it answers

import { writeSync } from "node:fs";
import { startDevnet } from "../../src/devnet/devnet.ts";
import { devnetAccounts } from "../../src/devnet/devnetKeys.ts";
import { gatewayAccounts } from "../../src/devnet/gatewayState.ts";
import { createLogger } from "../../src/devnet/logger.ts";
import { DEFAULT_NODE_CONFIG } from "../../src/devnet/nodeConfig.ts";
import { ApiKeys } from "../../src/gateway/auth/apiKeys.ts";
import { openApiKeys } from "../../src/gateway/auth/openApiKeys.ts";
import { startGateway } from "../../src/gateway/gateway.ts";
import { SCOPES } from "../../src/gateway/parts.ts";
import type { DatabaseOptions } from "../../src/gateway/sql/openDatabase.ts";
import { testMasterKeys } from "../../src/gateway/vault/testing/masterKeys.ts";

interface NodeRole {
  readonly role: "node";
  readonly home: string;
  readonly port: number;
}

interface GatewayRole {
  readonly role: "gateway";
  readonly rpcUrl: string;
  readonly port: number;
  readonly database: DatabaseOptions;
  readonly secret: string;
}

async function runNode({ home, port }: NodeRole): Promise<void> {
  const off = { enabled: false, host: "127.0.0.1", port: 0 };
  await startDevnet({
    ...{ home, blockIntervalMs: 20, emptyBlockIntervalMs: 300, logLevel: "silent" },
    config: {
      ...DEFAULT_NODE_CONFIG,
      rpc: { ...DEFAULT_NODE_CONFIG.rpc, port },
      grpc: off,
      rest: { ...off, corsOrigins: [] },
      metrics: off,
    },
  });
}

async function runGateway({ rpcUrl, port, database, secret }: GatewayRole): Promise<void> {
  const { merchant, signer } = gatewayAccounts(await devnetAccounts());
  const logger = createLogger(process.env["GATEWAY_LOG"] ?? "silent");
  const masterKeys = testMasterKeys("kill");
  const open = openApiKeys({ masterKeys, rateLimit: { max: 1_000_000 }, logger });
  await startGateway({
    ...{ rpcUrl, database, masterKeys, logger, onOtherChain: "stop" },
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
writeSync(1, "ready\n");
