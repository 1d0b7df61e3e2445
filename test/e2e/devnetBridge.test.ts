// The whole devnet, attester and relayer included. Cases: a burn on any chain arrives on any other by itself; a revert
// takes back a transfer that is done, and one that is on its way, in the chains and in both journals; a restart and a dump
// deliver what was burned before; a day that passes does no harm.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex, type Hex, pad } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressToBytes32 } from "../../src/cctp/bytes32.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { LOCAL_DOMAIN } from "../../src/devnet/bridgePlan.ts";
import { createDevnet } from "../../src/devnet/createDevnet.ts";
import type { DevnetSystem } from "../../src/devnet/devnetSystem.ts";
import { type CctpVersion, cosmosSide, evmSide } from "./bridgeByHand.ts";
import { freshAddress } from "./testChain.ts";

const FAST = { blockIntervalMs: 20, emptyBlockIntervalMs: 500 };
const ARRIVAL = { timeout: 30_000, interval: 50 };
const DAY_SECONDS = 86_400;

let folder: string;
let devnet: DevnetSystem;
let cosmos: Awaited<ReturnType<typeof cosmosSide>>;
let strangers = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "devnet-bridge-"));
  devnet = await createDevnet(FAST);
  cosmos = await cosmosSide(devnet);
});

afterAll(async () => {
  cosmos?.client.disconnect();
  await devnet?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An address on EVM chains that nobody has used. */
function stranger(): Hex {
  strangers += 1;
  return `0x${strangers.toString(16).padStart(40, "0").replace(/^0{8}/, "deadbeef")}`;
}

function wordOf(address: string): Hex {
  return bytesToHex(addressToBytes32(decodeAddress(address)));
}

/** The relayer's states of the messages of a burn. */
async function statesOf({ bridge }: DevnetSystem, txHash: string): Promise<readonly string[]> {
  return ((await bridge?.relayer?.find(txHash)) ?? []).map(({ state }) => state);
}

describe.each([1, 2] as CctpVersion[])("by CCTP V%i a burn arrives by itself", (version) => {
  test.each(["ethereum", "base"])("default: from %s on ours", async (name) => {
    const recipient = await freshAddress();
    const burn = { version, amountUusdc: 1_000_000n, destinationDomain: LOCAL_DOMAIN, recipient: wordOf(recipient) };
    await evmSide(devnet.evmChain(name)).burn(burn);
    await expect.poll(() => cosmos.balance(recipient), ARRIVAL).toBe(1_000_000n);
  });

  test.each(["ethereum", "base"])("default: from ours on %s", async (name) => {
    const chain = devnet.evmChain(name);
    const recipient = stranger();
    const burn = { version, amountUusdc: 2_000_000n, destinationDomain: chain.domain, recipient: pad(recipient) };
    await cosmos.burn(burn);
    await expect.poll(() => evmSide(chain).balance(recipient), ARRIVAL).toBe(2_000_000n);
  });

  test("default: from one EVM chain on the other", async () => {
    const [from, to] = [devnet.evmChain("base"), devnet.evmChain("ethereum")];
    const recipient = stranger();
    const burn = { version, amountUusdc: 3_000_000n, destinationDomain: to.domain, recipient: pad(recipient) };
    await evmSide(from).burn(burn);
    await expect.poll(() => evmSide(to).balance(recipient), ARRIVAL).toBe(3_000_000n);
  });
});

describe("snapshots of the whole system", () => {
  test("default: a transfer that is done is taken back everywhere, and is made once more", async () => {
    const from = evmSide(devnet.evmChain("ethereum"), 4);
    const recipient = await freshAddress();
    const id = await devnet.snapshot();
    const burn = {
      version: 1,
      amountUusdc: 44n,
      destinationDomain: LOCAL_DOMAIN,
      recipient: wordOf(recipient),
    } as const;
    const first = await from.burn(burn);
    await expect.poll(() => cosmos.balance(recipient), ARRIVAL).toBe(44n);
    await expect.poll(() => statesOf(devnet, first.receipt.transactionHash), ARRIVAL).toEqual(["done"]);
    await devnet.time.advance(DAY_SECONDS);
    await devnet.revert(id);
    expect(await cosmos.balance(recipient)).toBe(0n);
    expect(await statesOf(devnet, first.receipt.transactionHash)).toEqual([]);
    // The same nonce, and so the same message: every part has forgotten the first one.
    const second = await from.burn(burn);
    expect(second.message).toEqual(first.message);
    await expect.poll(() => cosmos.balance(recipient), ARRIVAL).toBe(44n);
    expect(devnet.chain.app.brokenInvariants()).toEqual([]);
  });

  test("default: a transfer that is on its way is on its way again after the revert, and arrives", async () => {
    const { attester } = devnet.bridge!;
    const from = evmSide(devnet.evmChain("base"), 5);
    const recipient = await freshAddress();
    attester.faults.add({ kind: "pending" });
    const burn = {
      version: 2,
      amountUusdc: 55n,
      destinationDomain: LOCAL_DOMAIN,
      recipient: wordOf(recipient),
    } as const;
    const { receipt } = await from.burn(burn);
    await expect.poll(() => statesOf(devnet, receipt.transactionHash), ARRIVAL).toHaveLength(1);
    const id = await devnet.snapshot();
    const before = await statesOf(devnet, receipt.transactionHash);
    attester.faults.clear();
    await expect.poll(() => cosmos.balance(recipient), ARRIVAL).toBe(55n);
    attester.faults.add({ kind: "pending" });
    await devnet.revert(id);
    expect(await cosmos.balance(recipient)).toBe(0n);
    expect(await statesOf(devnet, receipt.transactionHash)).toEqual(before);
    attester.faults.clear();
    await expect.poll(() => cosmos.balance(recipient), ARRIVAL).toBe(55n);
    await expect.poll(() => statesOf(devnet, receipt.transactionHash), ARRIVAL).toEqual(["done"]);
  });

  test("behavior: many in a row, each with a transfer", async () => {
    const chain = devnet.evmChain("ethereum");
    for (let round = 0; round < 4; round += 1) {
      const recipient = stranger();
      const id = await devnet.snapshot();
      const burn = { version: 1, amountUusdc: 7n, destinationDomain: 0, recipient: pad(recipient) } as const;
      await cosmos.burn(burn);
      await expect.poll(() => evmSide(chain).balance(recipient), ARRIVAL).toBe(7n);
      await devnet.revert(id);
      expect(await evmSide(chain).balance(recipient)).toBe(0n);
    }
  });

  test("behavior: a day passes, and transfers go on", async () => {
    await devnet.time.advance(DAY_SECONDS);
    const recipient = stranger();
    const burn = { version: 2, amountUusdc: 8n, destinationDomain: 6, recipient: pad(recipient) } as const;
    await cosmos.burn(burn);
    await expect.poll(() => evmSide(devnet.evmChain("base")).balance(recipient), ARRIVAL).toBe(8n);
  });
});

describe("state that stays", () => {
  test("default: what was burned while nobody delivered arrives after a restart, and in a dump that is loaded", async () => {
    const home = join(folder, "home");
    const file = join(folder, "dump.tar.gz");
    const first = await createDevnet({ ...FAST, home, relayer: false });
    const recipient = await freshAddress();
    const burn = {
      version: 2,
      amountUusdc: 66n,
      destinationDomain: LOCAL_DOMAIN,
      recipient: wordOf(recipient),
    } as const;
    await evmSide(first.evmChain("base")).burn(burn);
    await first.dump(file);
    await first.stop();
    for (const options of [{ home }, { load: file }]) {
      const second = await createDevnet({ ...FAST, ...options });
      const side = await cosmosSide(second);
      await expect.poll(() => side.balance(recipient), ARRIVAL).toBe(66n);
      side.client.disconnect();
      await second.stop();
    }
  });

  test("behavior: a dump knows what was delivered, and delivers it no second time", async () => {
    const file = join(folder, "delivered.tar.gz");
    const recipient = stranger();
    const burn = { version: 1, amountUusdc: 9n, destinationDomain: 0, recipient: pad(recipient) } as const;
    await cosmos.burn(burn);
    const chain = devnet.evmChain("ethereum");
    await expect.poll(() => evmSide(chain).balance(recipient), ARRIVAL).toBe(9n);
    await expect.poll(() => devnet.bridge?.relayer?.openCount, ARRIVAL).toBe(0);
    await devnet.dump(file);
    const blocks = await chain.client.getBlockNumber();
    const loaded = await createDevnet({ ...FAST, load: file });
    try {
      const copy = loaded.evmChain("ethereum");
      const next = stranger();
      const side = await cosmosSide(loaded);
      await side.burn({ ...burn, recipient: pad(next) });
      await expect.poll(() => evmSide(copy).balance(next), ARRIVAL).toBe(9n);
      expect(await evmSide(copy).balance(recipient)).toBe(9n);
      // One delivery since the dump: nothing was tried again.
      expect(await copy.client.getBlockNumber()).toBe(blocks + 1n);
      side.client.disconnect();
    } finally {
      await loaded.stop();
    }
  });
});
