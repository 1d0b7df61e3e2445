// Sends one message of ours on a Cosmos chain and waits for its block: what `resume` does besides delivering.

import { setTimeout as sleep } from "node:timers/promises";
import type { CosmosChainConfig } from "../../chains/chainConfig.ts";
import { parseDecCoins } from "../../codec/coins.ts";
import { DEC_ONE, quoCeil } from "../../codec/decimal.ts";
import { requiredAmount } from "../../codec/priceList.ts";
import { CosmosAccount } from "../cosmos/cosmosAccount.ts";
import type { CosmosRpc } from "../cosmos/cosmosRpc.ts";
import { CosmosState } from "../cosmos/cosmosState.ts";
import type { EncodedMsg } from "../cosmos/receiveMessage.ts";
import { DestinationError } from "../deliver/destination.ts";

/** The outcome of a transaction that is in a block. */
export interface SentTx {
  readonly txHash: string;
  readonly code: number;
  readonly log: string;
}

const GAS_MARGIN_PERCENT = 40n;
const TIMEOUT_BLOCKS = 50;
const POLL_MS = 200;
const WAIT_MS = 60_000;

/**
 * Signs with a key, sends, and waits for the block. Rejects with QueryRefusedError when the chain would not take it, and
 * with DestinationError when it does not answer or makes no block.
 */
export async function sendCosmos(
  chain: CosmosChainConfig,
  rpc: CosmosRpc,
  given: { readonly privKey: Uint8Array; readonly msg: (signer: string) => EncodedMsg },
): Promise<SentTx> {
  const account = new CosmosAccount(chain, given.privKey, rpc);
  const state = new CosmosState(rpc);
  const msg = given.msg(account.address);
  const { gas } = await state.simulate(await account.unsigned([msg], false));
  const gasLimit = gas + (gas * GAS_MARGIN_PERCENT) / 100n;
  const [price] = parseDecCoins(chain.gasPrice);
  const byGas = price === undefined ? 0n : quoCeil(gasLimit * price.amount, DEC_ONE);
  const list = await state.priceList();
  const listed =
    list?.denom === price?.denom && list !== undefined ? requiredAmount(list, [msg.typeUrl], gasLimit) : 0n;
  const { lastBlockHeight = 0 } = await rpc.call((client) => client.abciInfo());
  const { bytes, hash } = await account.sign([msg], await account.sequence(), {
    fee: { denom: price?.denom ?? chain.denom, amount: byGas > listed ? byGas : listed },
    gasLimit,
    timeoutHeight: BigInt(lastBlockHeight + TIMEOUT_BLOCKS),
    isIndependent: false,
  });
  const checked = await rpc.call((client) => client.broadcastTxSync({ tx: bytes }));
  if (checked.code !== 0) return { txHash: hash, code: checked.code, log: checked.log ?? "" };
  return untilInBlock(rpc, chain.name, hash);
}

async function untilInBlock(rpc: CosmosRpc, chain: string, txHash: string): Promise<SentTx> {
  for (let waitedMs = 0; waitedMs < WAIT_MS; waitedMs += POLL_MS) {
    const { txs } = await rpc.call((client) => client.txSearch({ query: `tx.hash='${txHash}'` }));
    const [found] = txs;
    if (found !== undefined) return { txHash, code: found.result.code, log: found.result.log ?? "" };
    await sleep(POLL_MS);
  }
  throw new DestinationError(chain, "unreachable", `the transaction ${txHash} came into no block for ${WAIT_MS} ms`);
}
