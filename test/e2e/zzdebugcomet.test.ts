import { test } from "vitest";
import WebSocket from "ws";
import { coins } from "@cosmjs/stargate";
import { addressOf, directWallet, freshAddress, signingClient, startTestChain } from "./testChain.ts";
test("x", async () => {
  const chain = await startTestChain();
  const ws = new WebSocket(chain.rpcUrl.replace("http", "ws") + "/websocket");
  await new Promise((r) => ws.on("open", r));
  ws.on("message", (m) => console.log(String(m).slice(0, 600)));
  ws.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params: { query: "tm.event='Tx'" } }));
  const wallet = await directWallet(chain, 0);
  const signing = await signingClient(chain, wallet);
  const r = await signing.sendTokens(await addressOf(wallet), await freshAddress(), coins(1, "uusdc"), { amount: coins(2500, "uusdc"), gas: "100000" });
  console.log(r.code, r.height);
  await new Promise((r) => setTimeout(r, 500));
  ws.close();
  await chain.close();
}, 20000);
