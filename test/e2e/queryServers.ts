// A fresh chain with gRPC, REST and a faucet on free ports, wired by hand: no command line and no JSON-RPC around it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApp, STORE_NAMES } from "../../app/app.ts";
import { signTestTx } from "../../app/testing/signTestTx.ts";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { generateNodeKey } from "../../src/consensus/solo/nodeFiles.ts";
import { openSoloNode } from "../../src/consensus/solo/openSoloNode.ts";
import { soloAppOf } from "../../src/consensus/solo/soloApp.ts";
import type { SoloNode } from "../../src/consensus/solo/soloNode.ts";
import { createGenesisDoc } from "../../src/devnet/genesisFile.ts";
import { startFaucet } from "../../src/rpc/faucet/faucetServer.ts";
import { sendKey } from "../../src/rpc/faucet/sendTx.ts";
import { startGrpc } from "../../src/rpc/grpc/grpcServer.ts";
import { startRest } from "../../src/rpc/rest/restServer.ts";
import { createQueryRouter } from "../../src/rpc/services/queryRouter.ts";
import { pruningOptions } from "../../src/store/pruning.ts";

/** Who has tokens from the start; the first number is the account's number. */
export const SENDER = sendKey(new Uint8Array(32).fill(21));
const FAUCET = sendKey(new Uint8Array(32).fill(22));

const CHAIN_ID = "e2e-1";
const START_NS = 1_790_000_000_000_000_000n;

/** Parameters of the modules that the genesis document puts accounts into; the other modules start with their own. */
const APP_STATE = {
  auth: {
    params: {
      max_memo_characters: "256",
      tx_sig_limit: "7",
      tx_size_cost_per_byte: "10",
      sig_verify_cost_ed25519: "590",
      sig_verify_cost_secp256k1: "1000",
    },
  },
  bank: { params: { default_send_enabled: true } },
};

/** The running parts. */
export interface QueryServers {
  readonly node: SoloNode;
  readonly errors: readonly unknown[];
  /** `127.0.0.1:port` */
  readonly grpcAddress: string;
  readonly restUrl: string;
  readonly faucetUrl: string;
  close(): Promise<void>;
}

/** A signed MsgSend of the sender's. */
export function signedSend(toAddress: string, options: { sequence: number; memo: string }): Uint8Array {
  const amount = [{ denom: "uusdc", amount: "1000" }];
  const value = MsgSend.encode({ fromAddress: SENDER.address, toAddress, amount }).finish();
  return signTestTx({
    chainId: CHAIN_ID,
    privKey: SENDER.privKey,
    accountNumber: 0n,
    sequence: BigInt(options.sequence),
    messages: [{ typeUrl: `/${MsgSend.$type}`, value }],
    fee: "5000uusdc",
    gasLimit: 200_000n,
    body: { memo: options.memo },
  });
}

/** Starts everything in a folder of its own. */
export async function startQueryServers(): Promise<QueryServers> {
  const folder = mkdtempSync(join(tmpdir(), "query-servers-"));
  const validatorKey = generateNodeKey();
  const coins = [{ denom: "uusdc", amount: 1_000_000_000n }];
  let app: ReturnType<typeof createApp> | undefined;
  const node = await openSoloNode({
    genesis: createGenesisDoc({
      chainId: CHAIN_ID,
      timeNs: START_NS,
      validators: [{ pubKey: validatorKey.pubKey, name: "e2e" }],
      accounts: [SENDER, FAUCET].map(({ address }) => ({ address, coins })),
      appState: APP_STATE,
    }),
    moniker: "e2e",
    nodeKey: generateNodeKey(),
    validatorKey,
    dataFolder: folder,
    storeNames: STORE_NAMES,
    pruning: pruningOptions("default"),
    validatorStateFile: undefined,
    createApp: (parts) => {
      app = createApp(parts);
      // Nothing is verified beforehand: the checks verify by themselves.
      return soloAppOf(app, {
        work: () => undefined,
        verdicts: app.verdicts,
        pool: { verify: async () => [], busyMs: 0 },
      });
    },
    pace: { blockIntervalMs: 10, emptyBlockIntervalMs: 200 },
  });
  await node.start();
  if (app === undefined) throw new Error("the node made no application");
  const { registry } = app;
  const errors: unknown[] = [];
  const onInternalError = (path: string, error: unknown) => errors.push([path, error]);
  const queries = app.router;
  const paths = registry.services().flatMap((service) => service.methods.map((method) => method.path));
  const queryPaths = paths.filter((path) => queries.query(path) !== undefined);
  const router = createQueryRouter(node, registry, { queryPaths, onInternalError });
  const grpc = await startGrpc(node, registry, router, { port: 0 });
  const rest = await startRest(node, registry, router, { port: 0, onInternalError });
  const faucet = await startFaucet(node, registry, router, {
    port: 0,
    privKey: FAUCET.privKey,
    onCreditFailed: (error) => errors.push(["faucet", error]),
  });
  return {
    node,
    errors,
    grpcAddress: `127.0.0.1:${grpc.address.port}`,
    restUrl: `http://127.0.0.1:${rest.address.port}`,
    faucetUrl: `http://127.0.0.1:${faucet.address.port}`,
    async close() {
      await Promise.all([grpc.close(), rest.close(), faucet.close()]);
      await node.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
