// `npm run bench -- send`: MsgSend of the smallest amount from many accounts, each to the next one. The chain holds orders
// and accounts before; the flags are those of load/loadOptions.ts.

import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import type { LoadTx } from "./load/accounts.ts";
import { benchLoad, type Load } from "./load/loadBench.ts";
import { parseLoadOptions } from "./load/loadOptions.ts";
import type { Measured } from "./report.ts";

/** A transfer of the smallest amount. */
export function send(fromAddress: string, toAddress: string): LoadTx {
  const value = MsgSend.encode({ fromAddress, toAddress, amount: [{ denom: "uusdc", amount: "1" }] }).finish();
  return { typeUrl: `/${MsgSend.$type}`, value, fee: "2500uusdc", gasLimit: 100_000n };
}

/** Transfers, each account to the next one. */
export const SEND_LOAD: Load = {
  name: "send",
  make:
    ({ accounts }) =>
    ({ at }) =>
      send(accounts[at]!.address, accounts[(at + 1) % accounts.length]!.address),
};

/** Runs the benchmark. */
export function benchSend(args: string[]): Promise<Measured> {
  return benchLoad(SEND_LOAD, parseLoadOptions(args));
}
