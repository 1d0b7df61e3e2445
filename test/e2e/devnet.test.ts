// The devnet's chains, with real anvils and nobody who delivers. Cases: USDC in both versions of CCTP between any two chains; the clock of all
// chains; snapshots of all chains; a dump that another devnet loads; a restart; two devnets at once; what is refused.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex, pad } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressToBytes32 } from "../../src/cctp/bytes32.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { LOCAL_DOMAIN } from "../../src/devnet/bridgePlan.ts";
import { createDevnet } from "../../src/devnet/createDevnet.ts";
import { DevnetHomeError } from "../../src/devnet/devnetHome.ts";
import { DevnetControlError, type DevnetSystem } from "../../src/devnet/devnetSystem.ts";
import { attest, type CctpVersion, cosmosSide, evmSide } from "./bridgeByHand.ts";
import { freshAddress } from "./testChain.ts";

const STRANGER = "0x00000000000000000000000000000000000beef1";
/** Without a relayer: each delivery is made by hand here, by the tests. */
const FAST = { blockIntervalMs: 10, emptyBlockIntervalMs: 0, relayer: false };
const HOUR_SECONDS = 3600;

let folder: string;
let devnet: DevnetSystem;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "devnet-test-"));
  devnet = await createDevnet(FAST);
});

afterAll(async () => {
  await devnet?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** An account of our chain as CCTP calls it. */
function wordOf(address: string): `0x${string}` {
  return bytesToHex(addressToBytes32(decodeAddress(address)));
}

/** Seconds since 1970 of the last block of each chain, ours first. */
async function latestTimes({ chain, evm }: DevnetSystem): Promise<number[]> {
  const times = await Promise.all(evm.map(async ({ client }) => Number((await client.getBlock()).timestamp)));
  return [Number(chain.node.latestTimeNs / 1_000_000_000n), ...times];
}

describe.each([1, 2] as CctpVersion[])("USDC by CCTP V%i", (version) => {
  test.each(["ethereum", "base"])("default: from %s to ours", async (name) => {
    const [from, to] = [evmSide(devnet.evmChain(name)), await cosmosSide(devnet)];
    const recipient = await freshAddress();
    const before = await from.balance(from.address);
    const burn = { version, amountUusdc: 2_500_000n, destinationDomain: LOCAL_DOMAIN, recipient: wordOf(recipient) };
    const { message } = await from.burn(burn);
    expect(await from.balance(from.address)).toBe(before - 2_500_000n);
    await to.receive(attest(version, message));
    expect(await to.balance(recipient)).toBe(2_500_000n);
    expect(devnet.chain.app.brokenInvariants()).toEqual([]);
    to.client.disconnect();
  });

  test.each(["ethereum", "base"])("default: from ours to %s", async (name) => {
    const chain = devnet.evmChain(name);
    const [from, to] = [await cosmosSide(devnet, 2), evmSide(chain, 2)];
    const before = await to.balance(STRANGER);
    const burn = { version, amountUusdc: 700_000n, destinationDomain: chain.domain, recipient: pad(STRANGER) };
    await to.receive(attest(version, await from.burn(burn)));
    expect(await to.balance(STRANGER)).toBe(before + 700_000n);
    from.client.disconnect();
  });

  test.each([
    ["ethereum", "base"],
    ["base", "ethereum"],
  ])("default: from %s to %s", async (source, destination) => {
    const [from, to] = [evmSide(devnet.evmChain(source), 3), evmSide(devnet.evmChain(destination), 3)];
    const before = await to.balance(STRANGER);
    const { domain } = devnet.evmChain(destination);
    const burn = { version, amountUusdc: 300_000n, destinationDomain: domain, recipient: pad(STRANGER) };
    await to.receive(attest(version, (await from.burn(burn)).message));
    expect(await to.balance(STRANGER)).toBe(before + 300_000n);
  });
});

describe("clock and snapshots", () => {
  test("default: an hour passes on all chains, at once", async () => {
    const before = await latestTimes(devnet);
    await devnet.time.advance(HOUR_SECONDS);
    const after = await latestTimes(devnet);
    expect(Math.max(...after) - Math.min(...after)).toBeLessThanOrEqual(1);
    expect(Math.min(...after)).toBeGreaterThanOrEqual(Math.max(...before) + HOUR_SECONDS - 60);
    expect(Math.abs(devnet.time.now().getTime() / 1000 - after[0]!)).toBeLessThan(60);
  });

  test("default: a revert takes back a transfer on both sides and the clock, and the transfer can be made again", async () => {
    const [from, to] = [evmSide(devnet.evmChain("base"), 4), await cosmosSide(devnet, 4)];
    const recipient = await freshAddress();
    const balance = await from.balance(from.address);
    const times = await latestTimes(devnet);
    const id = await devnet.snapshot();
    const burn = {
      version: 1 as const,
      amountUusdc: 9n,
      destinationDomain: LOCAL_DOMAIN,
      recipient: wordOf(recipient),
    };
    const first = attest(1, (await from.burn(burn)).message);
    await to.receive(first);
    await devnet.time.advance(HOUR_SECONDS);
    await devnet.revert(id);
    expect(await from.balance(from.address)).toBe(balance);
    expect(await to.balance(recipient)).toBe(0n);
    await Promise.all([devnet.chain.node.produce(), ...devnet.evm.map((chain) => chain.mine())]);
    const after = await latestTimes(devnet);
    for (const [index, time] of after.entries()) {
      expect(time).toBeGreaterThanOrEqual(times[index]!);
      expect(time).toBeLessThan(times[index]! + HOUR_SECONDS);
    }
    const second = attest(1, (await from.burn(burn)).message);
    expect(second).toEqual(first);
    await to.receive(second);
    expect(await to.balance(recipient)).toBe(9n);
    await expect(devnet.revert(id)).rejects.toThrow(DevnetControlError);
    to.client.disconnect();
  });

  test("error: no time, time back, and snapshots that are not there", async () => {
    for (const seconds of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      await expect(devnet.time.advance(seconds)).rejects.toThrow(DevnetControlError);
    }
    await expect(devnet.revert("no such")).rejects.toThrow('there is no snapshot "no such"');
    expect(() => devnet.evmChain("arbitrum")).toThrow("there is no EVM chain arbitrum");
  });
});

describe("state that stays", () => {
  test("default: a dump goes on elsewhere with its history, beside the devnet that it was taken of", async () => {
    const from = evmSide(devnet.evmChain("ethereum"), 5);
    const recipient = wordOf(await freshAddress());
    const burned = await from.burn({ version: 2, amountUusdc: 77n, destinationDomain: LOCAL_DOMAIN, recipient });
    const file = join(folder, "dump.tar.gz");
    await devnet.dump(file);
    const loaded = await createDevnet({ ...FAST, load: file });
    try {
      const chain = loaded.evmChain("ethereum");
      expect(await chain.client.getTransactionReceipt({ hash: burned.receipt.transactionHash })).toEqual(
        burned.receipt,
      );
      const { blockHash, blockNumber } = burned.receipt;
      expect((await chain.client.getBlock({ blockNumber })).hash).toBe(blockHash);
      const [ours, theirs] = [devnet, loaded].map(({ chain: { node } }) => node.info());
      expect(theirs!.lastBlockHeight).toBe(ours!.lastBlockHeight);
      expect(toHex(theirs!.lastBlockAppHash)).toBe(toHex(ours!.lastBlockAppHash));
      // Both go on, each by itself.
      await Promise.all([loaded.time.advance(5), devnet.time.advance(HOUR_SECONDS)]);
      expect((await latestTimes(loaded))[0]).toBeLessThan((await latestTimes(devnet))[0]!);
    } finally {
      await loaded.stop();
    }
  });

  test("default: a restart goes on where it stood, with blocks, logs and the clock", async () => {
    const home = join(folder, "restart");
    const first = await createDevnet({ ...FAST, home });
    const { receipt } = await evmSide(first.evmChain("base")).burn({
      version: 1,
      amountUusdc: 5n,
      destinationDomain: LOCAL_DOMAIN,
      recipient: pad(STRANGER),
    });
    await first.time.advance(HOUR_SECONDS);
    const times = await latestTimes(first);
    const head = await first.evmChain("base").client.getBlock();
    await expect(createDevnet({ ...FAST, home })).rejects.toThrow("a devnet runs in it");
    await first.stop();
    const second = await createDevnet({ ...FAST, home });
    try {
      const { client } = second.evmChain("base");
      expect(await client.getLogs({ fromBlock: receipt.blockNumber, toBlock: receipt.blockNumber })).toEqual(
        receipt.logs,
      );
      expect((await client.getBlock({ blockNumber: head.number })).hash).toBe(head.hash);
      await second.time.advance(1);
      const after = await latestTimes(second);
      for (const [index, time] of after.entries()) expect(time).toBeGreaterThan(times[index]!);
      expect(Math.max(...after) - Math.min(...after)).toBeLessThanOrEqual(1);
    } finally {
      await second.stop();
    }
    expect(existsSync(home)).toBe(true);
  });

  test("behavior: without a home nothing stays; without EVM chains there are none", async () => {
    const alone = await createDevnet({ ...FAST, evm: false });
    expect(alone.evm).toEqual([]);
    await alone.time.advance(60);
    await alone.revert(await alone.snapshot());
    await alone.stop();
    expect(existsSync(alone.home)).toBe(false);
  });

  test("error: homes and dumps that do not fit", async () => {
    const home = join(folder, "unlinked");
    await (await createDevnet({ ...FAST, home, evm: false })).stop();
    await expect(createDevnet({ ...FAST, home })).rejects.toThrow("its chain was made without these EVM chains");
    await expect(createDevnet({ ...FAST, home, evm: false, chainId: "other-1" })).rejects.toThrow(DevnetHomeError);
    const file = join(folder, "no-dump");
    await expect(createDevnet({ load: file })).rejects.toThrow("no such file");
    writeFileSync(file, "this is no archive");
    await expect(createDevnet({ load: file })).rejects.toThrow(/is no dump of a devnet/);
    await expect(createDevnet({ home, load: file })).rejects.toThrow("holds a devnet already");
  });
});
