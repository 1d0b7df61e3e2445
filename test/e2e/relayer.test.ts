// A relayer between our chain and two EVM chains, all real. Cases: V1 and V2 from every chain to every other.

import { pino } from "pino";
import { afterAll, beforeAll, test } from "vitest";
import {
  burnOnCosmos,
  burnOnEvm,
  cosmosBalance,
  evmBalance,
  LOCAL_DOMAIN,
  startBridge,
  type TestBridge,
  until,
} from "./bridge.ts";
import { freshAddress } from "./testChain.ts";

let bridge: TestBridge;

beforeAll(async () => {
  bridge = await startBridge();
});

afterAll(async () => {
  await bridge?.close();
});

function freshEvmAddress(): string {
  return `0x${Buffer.from(crypto.getRandomValues(new Uint8Array(20))).toString("hex")}`;
}

test("default: V1 and V2 between all of them", async () => {
  const [ethereum, base] = bridge.devnet.evm as [(typeof bridge.devnet.evm)[0], (typeof bridge.devnet.evm)[0]];
  const relayer = await bridge.relayer({}, { logger: pino({ level: "info" }) });
  const [toEthereum, toBase, toOurs] = [freshEvmAddress(), freshEvmAddress(), await freshAddress()];
  await burnOnEvm(
    ethereum!,
    1,
    { version: 1, to: LOCAL_DOMAIN, recipient: toOurs, amount: 1_000_000n },
    { version: 2, to: LOCAL_DOMAIN, recipient: toOurs, amount: 2_000_000n },
    { version: 1, to: base!.domain, recipient: toBase, amount: 3_000_000n },
    { version: 2, to: base!.domain, recipient: toBase, amount: 4_000_000n },
  );
  await burnOnCosmos(
    bridge,
    { version: 1, to: 0, recipient: toEthereum, amount: 5_000_000n },
    { version: 2, to: 0, recipient: toEthereum, amount: 6_000_000n },
    { version: 2, to: 0, recipient: toEthereum, amount: 6_000_000n },
  );
  await until(
    "all arrived",
    async () =>
      (await cosmosBalance(bridge, toOurs)) === 3_000_000n &&
      (await evmBalance(base!, toBase)) === 7_000_000n &&
      (await evmBalance(ethereum!, toEthereum)) === 17_000_000n,
  );
  await until("all is done", () => relayer.openCount === 0);
  const status = await (await fetch(`${relayer.httpUrl}/status`)).json();
  console.log(JSON.stringify(status, null, 1));
  console.log(
    await (await fetch(`${relayer.httpUrl}/metrics`)).text().then((t) =>
      t
        .split("\n")
        .filter((l) => l.startsWith("stateset"))
        .join("\n"),
    ),
  );
});
