// How long the sign document of a MsgSend takes: `npx tsx src/codec/aminoJson.bench.ts`. Budget: 20 us.

import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import { aminoSignBytes } from "./aminoJson.ts";
import { messageToJson } from "./protoJson.ts";
import { TypeRegistry } from "./registry.ts";
import { typedEvent } from "./typedEvent.ts";

const ROUNDS = 100_000;

const registry = new TypeRegistry();
const address = "stateset1zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3mxjwdk";
const send = { fromAddress: address, toAddress: address, amount: [{ denom: "uusdc", amount: "1096470000" }] };
const bytes = MsgSend.encode(send).finish();

function measure(name: string, run: () => unknown): void {
  for (let round = 0; round < ROUNDS; round++) run();
  const start = performance.now();
  for (let round = 0; round < ROUNDS; round++) run();
  console.log(`${name}: ${(((performance.now() - start) * 1_000) / ROUNDS).toFixed(2)} us`);
}

measure("aminoSignBytes", () =>
  aminoSignBytes(registry, {
    chainId: "stateset-devnet-1",
    accountNumber: 7n,
    sequence: 3n,
    timeoutHeight: 0n,
    memo: "order 1234",
    fee: { amount: [{ denom: "uusdc", amount: "2000" }], gasLimit: 100_000n, payer: "", granter: "" },
    messages: [{ typeUrl: "/cosmos.bank.v1beta1.MsgSend", bytes }],
  }),
);
measure("messageToJson", () => messageToJson(registry, "cosmos.bank.v1beta1.MsgSend", bytes));
measure("typedEvent", () => typedEvent(MsgSend, send));
