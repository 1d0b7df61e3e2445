// Sending transactions (CometBFT v0.38 rpc/core/mempool.go).

import type { ExecTxResult, ResponseCheckTx } from "../../../../gen/tendermint/abci/types.ts";
import { messageOf } from "../../../codec/errorText.ts";
import { sha256 } from "../../../crypto/hash.ts";
import { txResultJson } from "../encodeAbci.ts";
import { hexJson } from "../encodeHeader.ts";
import type { Json } from "../json.ts";
import type { Caller, Environment, MethodTable } from "../method.ts";
import type { ParamSpec, Params } from "../params.ts";
import { refused } from "../rpcError.ts";

const NO_RESULT: ExecTxResult = Object.freeze({
  code: 0,
  data: new Uint8Array(0),
  log: "",
  info: "",
  gasWanted: 0n,
  gasUsed: 0n,
  events: [],
  codespace: "",
});

/** The answer of broadcast_tx_sync; of broadcast_tx_async without a check. */
export function broadcastJson(hash: Uint8Array, checked: ResponseCheckTx | undefined): Json {
  return {
    code: checked?.code ?? 0,
    data: hexJson(checked?.data ?? new Uint8Array(0)),
    log: checked?.log ?? "",
    codespace: checked?.codespace ?? "",
    hash: hexJson(hash),
  };
}

/** The answer of broadcast_tx_commit. */
export function commitResultJson(parts: {
  readonly checked: ResponseCheckTx;
  readonly result: ExecTxResult;
  readonly hash: Uint8Array;
  readonly height: number;
}): Json {
  return {
    check_tx: txResultJson(parts.checked),
    tx_result: txResultJson(parts.result),
    hash: hexJson(parts.hash),
    height: String(parts.height),
  };
}

async function broadcastSync({ node }: Environment, params: Params): Promise<Json> {
  const tx = params.bytes("tx");
  const hash = sha256(tx);
  const checked = await node.submitTx(tx, hash);
  return broadcastJson(hash, checked);
}

/** Does not wait for the check, but tells what the mempool refuses at once: duplicates, and what has no room. */
async function broadcastAsync({ node }: Environment, params: Params): Promise<Json> {
  const tx = params.bytes("tx");
  let refusal: unknown;
  node.submitTx(tx).catch((error: unknown) => {
    refusal = error;
  });
  await new Promise(setImmediate);
  if (refusal !== undefined) throw refusal;
  return broadcastJson(sha256(tx), undefined);
}

async function broadcastCommit(env: Environment, params: Params, caller: Caller): Promise<Json> {
  const tx = params.bytes("tx");
  const hash = sha256(tx);
  // CometBFT runs one at a time for a WebSocket; here they run together, bounded by the connection's requests.
  const release = caller.receiver === undefined ? env.bus.take(caller.client) : () => undefined;
  const wait = env.waiter.wait(hash);
  const gone = () => wait.cancel("broadcast confirmation not received: context canceled");
  caller.client.once("close", gone);
  try {
    const checked = await submit(env, tx);
    if (checked.code !== 0) return commitResultJson({ checked, result: NO_RESULT, hash, height: 0 });
    const { result, height } = await wait.found;
    return commitResultJson({ checked, result, hash, height });
  } finally {
    caller.client.off("close", gone);
    wait.stop();
    release();
  }
}

async function submit({ node }: Environment, tx: Uint8Array): Promise<ResponseCheckTx> {
  try {
    return await node.submitTx(tx);
  } catch (error) {
    throw refused(`error on broadcastTxCommit: ${messageOf(error)}`);
  }
}

async function checkTx({ node }: Environment, params: Params): Promise<Json> {
  return txResultJson(await node.checkTx(params.bytes("tx")));
}

const TX: ParamSpec = { tx: "bytes" };

export const BROADCAST_METHODS: MethodTable = {
  broadcast_tx_async: { params: TX, handle: broadcastAsync, pace: "joined" },
  broadcast_tx_commit: { params: TX, handle: broadcastCommit, pace: "apart" },
  broadcast_tx_sync: { params: TX, handle: broadcastSync, pace: "joined" },
  check_tx: { params: TX, handle: checkTx },
};
