// What relayers sent, and how much of it was for nothing.

import type { Comet38Client } from "@cosmjs/tendermint-rpc";
import { TxMsgData } from "../../gen/cosmos/base/abci/v1beta1/abci.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { failuresOf } from "../../src/relayer/cosmos/independent.ts";

/** Transactions or messages, and those that did nothing; gas where it was counted. */
export interface Spending {
  readonly sent: number;
  readonly failed: number;
  readonly gas: bigint;
  readonly gasFailed: bigint;
}

const NOTHING: Spending = { sent: 0, failed: 0, gas: 0n, gasFailed: 0n };

const PAGE = 100;

/** Adds up. */
export function sumOf(parts: readonly Spending[]): Spending {
  return parts.reduce(
    (sum, part) => ({
      sent: sum.sent + part.sent,
      failed: sum.failed + part.failed,
      gas: sum.gas + part.gas,
      gasFailed: sum.gasFailed + part.gasFailed,
    }),
    NOTHING,
  );
}

/** Transactions of accounts on an EVM chain. */
export async function spendingOnEvm({ client }: LocalEvmChain, addresses: readonly string[]): Promise<Spending> {
  const from = new Set(addresses.map((address) => address.toLowerCase()));
  const latest = await client.getBlockNumber();
  const parts: Spending[] = [];
  for (let blockNumber = 0n; blockNumber <= latest; blockNumber++) {
    const { transactions } = await client.getBlock({ blockNumber, includeTransactions: true });
    for (const { hash } of transactions.filter((tx) => from.has(tx.from.toLowerCase()))) {
      const { status, gasUsed: gas } = await client.getTransactionReceipt({ hash });
      parts.push(status === "success" ? { ...NOTHING, sent: 1, gas } : { sent: 1, failed: 1, gas, gasFailed: gas });
    }
  }
  return sumOf(parts);
}

/** Messages of an account on our chain; of a transaction that failed as a whole, all of them. */
export async function spendingOnOurs(rpc: Comet38Client, address: string): Promise<Spending> {
  const { txs } = await rpc.txSearchAll({ query: `tx.fee_payer='${address}'`, per_page: PAGE });
  return sumOf(
    txs.map(({ result }) => {
      if (result.code !== 0) return { ...NOTHING, sent: 1, failed: 1 };
      const { msgResponses } = TxMsgData.decode(result.data ?? new Uint8Array(0));
      return { ...NOTHING, sent: msgResponses.length, failed: failuresOf(msgResponses).size };
    }),
  );
}
