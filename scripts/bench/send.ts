// `npm run bench -- send`: MsgSend from many accounts.

import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { benchLoad, type LoadTx } from "./load.ts";
import type { Measured } from "./report.ts";

/** A transfer of the smallest amount. */
export function send(fromAddress: string, toAddress: string): LoadTx {
  const value = MsgSend.encode({ fromAddress, toAddress, amount: [{ denom: "uusdc", amount: "1" }] }).finish();
  return { typeUrl: `/${MsgSend.$type}`, value, feeUusdc: 2500n, gasLimit: 100_000n };
}

/** Runs the benchmark. */
export function benchSend(args: string[]): Promise<Measured> {
  return benchLoad({ name: "send", measure: send }, args);
}
