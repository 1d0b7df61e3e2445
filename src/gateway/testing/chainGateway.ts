// A gateway over a real chain, for tests: a merchant, an operator that signs for its keys, and a customer's wallet that lets
// the operator pay.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCosmoshubPath } from "@cosmjs/amino";
import { DirectSecp256k1HdWallet, type EncodeObject } from "@cosmjs/proto-signing";
import { type DeliverTxResponse, GasPrice, SigningStargateClient } from "@cosmjs/stargate";
import type { InjectOptions, LightMyRequestResponse } from "fastify";
import { MsgExec } from "../../../gen/cosmos/authz/v1beta1/tx.ts";
import { TxBody, TxRaw } from "../../../gen/cosmos/tx/v1beta1/tx.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import * as tx from "../../../gen/stateset/orders/v1/tx.ts";
import { toBase64 } from "../../codec/bytes.ts";
import { type MessageCodec, typeUrlOf } from "../../codec/message.ts";
import { type Devnet, startDevnet } from "../../devnet/devnet.ts";
import { gatewayAccounts } from "../../devnet/gatewayState.ts";
import { rpcChainReader } from "../chainReader.ts";
import { createGatewayApp } from "../http/app.ts";
import { Problem } from "../http/problem.ts";
import type { GatewayApp } from "../http/routeModule.ts";
import type { ApiKey, GatewayParts, PendingWrite, SignedTxWriter, WriteOutcome } from "../parts.ts";
import { loadTables } from "../pricing/loadTables.ts";
import { createPricing } from "../pricing/pricing.ts";
import { PROJECTION_HOOKS } from "../projectionHooks.ts";
import { rpcBlockSource } from "../readModel/blockSource.ts";
import { Projector } from "../readModel/projector.ts";
import type { Database } from "../sql/database.ts";
import { testMasterKeys } from "../vault/testing/masterKeys.ts";
import { Vault } from "../vault/vault.ts";
import { testWebhooks } from "../webhooks/testing/testWebhooks.ts";
import { testKey } from "./testGateway.ts";

function isCodec(value: unknown): value is MessageCodec<unknown> {
  return typeof value === "object" && value !== null && "$type" in value;
}

const CODECS = [...Object.values(tx), MsgExec].filter((value: unknown) =>
  isCodec(value),
) as unknown as readonly MessageCodec<unknown>[];

const FEE = { amount: [{ denom: "uusdc", amount: "200000" }], gas: "8000000" };

/** A gateway that runs, without a port. */
export interface ChainGateway {
  readonly app: GatewayApp;
  readonly parts: GatewayParts;
  readonly devnet: Devnet;
  /** Behind `Bearer test`; `Bearer other` is another merchant's, `Bearer live` a live key, `Bearer reader` only reads. */
  readonly key: ApiKey;
  readonly customer: string;
  /** An account that granted nothing. */
  readonly stranger: string;
  inject(request: InjectOptions): Promise<LightMyRequestResponse>;
  /** Sends messages of one of the devnet's accounts, by its index. */
  send(account: number, messages: readonly EncodeObject[]): Promise<DeliverTxResponse>;
  /** Signs messages of one of the devnet's accounts: base64 of a TxRaw. */
  sign(account: number, messages: readonly EncodeObject[]): Promise<string>;
  close(): Promise<void>;
}

/** What CosmJS does not tell of a failure. */
async function codespaceOf(rpcUrl: string, txHash: string): Promise<string> {
  const answer = await fetch(`${rpcUrl}/tx?hash=0x${txHash}`);
  const { result } = (await answer.json()) as { result: { tx_result: { codespace: string } } };
  return result.tx_result.codespace;
}

/** What came of a transaction whose first message is the one meant. */
async function outcomeOf(rpcUrl: string, result: DeliverTxResponse): Promise<WriteOutcome> {
  const { code, rawLog, transactionHash: txHash, height, msgResponses } = result;
  if (code !== 0) {
    const chain = { codespace: await codespaceOf(rpcUrl, txHash), code, message: rawLog ?? "" };
    throw new Problem("chain_refused", { detail: chain.message, chain });
  }
  return { txHash, height, messageIndex: 0, response: msgResponses[0]!, networkFee: 20_000n };
}

function messagesOf(bytes: Uint8Array): readonly Any[] {
  try {
    return TxBody.decode(TxRaw.decode(bytes).bodyBytes).messages;
  } catch (cause) {
    throw new Problem("invalid_request", { detail: "this is no transaction", field: "/signed_tx" }, { cause });
  }
}

/** Sends each message in a transaction of its own, one after the other. */
function directWriter(
  rpcUrl: string,
  send: ChainGateway["send"],
  account: number,
  client: () => Promise<SigningStargateClient>,
): SignedTxWriter {
  const writes = new Map<string, PendingWrite>();
  let last: Promise<unknown> = Promise.resolve();
  const queue = (work: () => Promise<DeliverTxResponse>): PendingWrite => {
    const outcome = last.then(work).then((result) => outcomeOf(rpcUrl, result));
    last = outcome.catch(() => undefined);
    const pending = { id: `wrt_${writes.size + 1}`, outcome };
    writes.set(pending.id, pending);
    return pending;
  };
  return {
    submit: async ({ message: { typeUrl, value } }) =>
      queue(() => {
        const codec = CODECS.find((one) => typeUrlOf(one) === typeUrl)!;
        return send(account, [{ typeUrl, value: codec.decode(value) }]);
      }),
    async submitSigned({ bytes, allow }) {
      allow(messagesOf(bytes));
      return queue(async () => (await client()).broadcastTx(bytes));
    },
    find: async (_key, id) => writes.get(id),
  };
}

/** Starts a chain and a gateway over it. */
export async function startChainGateway(database: Database, given: Partial<GatewayParts> = {}): Promise<ChainGateway> {
  const home = mkdtempSync(join(tmpdir(), "chain-gateway-"));
  const devnet = await startDevnet({
    ...{ home, freePorts: true, blockIntervalMs: 20, emptyBlockIntervalMs: 300, logLevel: "silent" },
  });
  const clients = new Map<number, Promise<SigningStargateClient>>();
  const addressOf = (account: number) => devnet.accounts[account]!.address;
  const connect = async (account: number) => {
    const hdPaths = [makeCosmoshubPath(account)];
    const wallet = await DirectSecp256k1HdWallet.fromMnemonic(devnet.mnemonic, { prefix: "stateset", hdPaths });
    const client = await SigningStargateClient.connectWithSigner(devnet.rpcUrl, wallet, {
      gasPrice: GasPrice.fromString("0.025uusdc"),
      broadcastPollIntervalMs: 20,
    });
    for (const codec of CODECS) client.registry.register(typeUrlOf(codec), codec as never);
    return client;
  };
  const clientOf = (account: number) => {
    const client = clients.get(account) ?? connect(account);
    clients.set(account, client);
    return client;
  };
  const send: ChainGateway["send"] = async (account, messages) =>
    (await clientOf(account)).signAndBroadcast(addressOf(account), messages, FEE);
  const roles = gatewayAccounts(devnet.accounts);
  const [merchant, signer, customer] = [roles.merchant.address, roles.signer.address, roles.customer.address];
  const stranger = addressOf(4);
  const source = rpcBlockSource(devnet.rpcUrl);
  const projector = new Projector({ database, source, hooks: PROJECTION_HOOKS, onOtherChain: "stop" });
  await projector.start((error) => {
    throw error;
  });
  const parts: GatewayParts = {
    ...{
      database,
      source,
      projector,
      writer: directWriter(devnet.rpcUrl, send, devnet.accounts.indexOf(roles.signer), () => clientOf(0)),
      testPayer: customer,
    },
    chain: rpcChainReader(devnet.rpcUrl, devnet.chainId),
    vault: new Vault({ database, masterKeys: testMasterKeys("test"), now: () => new Date() }),
    ...createPricing({ database, tables: loadTables(), now: () => new Date() }),
    webhooks: testWebhooks(database, projector),
    publicUrl: "http://127.0.0.1:8080",
    ...given,
  };
  const key = testKey(merchant, { signer });
  const keys: Readonly<Record<string, ApiKey>> = {
    test: key,
    live: { ...key, kind: "live" },
    other: testKey(stranger, { id: "key_other" }),
    reader: { ...key, scopes: new Set(["orders:read"]) },
  };
  const app = await createGatewayApp(parts, {
    authenticate: async ({ headers }) => {
      const found = keys[headers.authorization?.replace("Bearer ", "") ?? ""];
      if (found === undefined) throw new Problem("unauthorized", "no such API key");
      return found;
    },
  });
  await app.ready();
  return {
    ...{ app, parts, devnet, key, customer, stranger, send },
    async sign(account, messages) {
      const raw = await (await clientOf(account)).sign(addressOf(account), messages, FEE, "");
      return toBase64(TxRaw.encode(raw).finish());
    },
    inject: (request) => app.inject({ ...request, headers: { authorization: "Bearer test", ...request.headers } }),
    async close() {
      await app.close();
      await projector.stop();
      for (const client of clients.values()) (await client).disconnect();
      await devnet.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
