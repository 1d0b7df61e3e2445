// `npm run bench -- bridge`: transfers over the bridge of a devnet, each way, all at once: how many a second, how long from
// a final burn to the mint, and what their delivery costs. An operation is a transfer; the latency is that of one to us.

import { parseArgs } from "node:util";
import { DirectSecp256k1Wallet, type EncodeObject } from "@cosmjs/proto-signing";
import { bytesToHex, createPublicClient, createWalletClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { addressToBytes32 } from "../../src/cctp/bytes32.ts";
import { TOKEN_MESSENGER_V2_ABI, USDC_ABI } from "../../src/cctp/evmAbi.ts";
import { FINALITY_THRESHOLD_FINALIZED } from "../../src/cctp/messageV2.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { createDevnet } from "../../src/devnet/createDevnet.ts";
import type { DevnetSystem } from "../../src/devnet/devnetSystem.ts";
import type { LocalEvmChain } from "../../src/devnet/evm/evmChain.ts";
import { SigningStateSetClient } from "../../src/sdk/chain/signingClient.ts";
import { type Measured, type Percentiles, percentilesOf, rateOf } from "./report.ts";

const LOCAL_DOMAIN = 7770;
const AMOUNT = 1_000_000n;
const ANYBODY = `0x${"00".repeat(32)}` as const;
/** Burns in one transaction of our chain. */
const BATCH = 50;
const MAX_WAIT_MS = 600_000;

/** One direction, measured. */
interface Direction {
  readonly transfers: number;
  readonly seconds: number;
  readonly transfersPerSecond: number;
  readonly burnToMintMs: Percentiles;
  readonly deliveryTxsPer100Messages: number;
  readonly gasPerDelivery: number;
}

/** Runs the bench; `--transfers N` each way, 500 unless given. */
export async function benchBridge(args: string[]): Promise<Measured> {
  const { values } = parseArgs({ args, options: { transfers: { type: "string", default: "500" } } });
  const transfers = Number(values.transfers);
  if (!Number.isSafeInteger(transfers) || transfers < 1) throw new Error("--transfers: expected a number of transfers");
  const devnet = await createDevnet({ blockIntervalMs: 100 });
  try {
    const toUs = await evmToUs(devnet, transfers);
    const toEvm = await usToEvm(devnet, transfers);
    const broken = devnet.chain.app.brokenInvariants();
    if (broken.length > 0) throw new Error(`invariants are broken: ${broken.join("; ")}`);
    return {
      options: { transfers },
      ...rateOf(2 * transfers, toUs.seconds + toEvm.seconds),
      errors: {},
      latencyMs: toUs.burnToMintMs,
      details: { toUs, toEvm },
    };
  } finally {
    await devnet.stop();
  }
}

/** Burns on an EVM chain as fast as it takes them; every mint is seen as our chain makes it. */
async function evmToUs(devnet: DevnetSystem, transfers: number): Promise<Direction> {
  const chain = devnet.evmChain("ethereum");
  const burner = privateKeyToAccount(bytesToHex(chain.accounts[1]!.privKey));
  const wallet = createWalletClient({ account: burner, transport: http(chain.rpcUrl, { batch: true }) });
  const reader = createPublicClient({ transport: http(chain.rpcUrl), pollingInterval: 20 });
  const { usdc, v2 } = chain.contracts;
  const approval = await wallet.writeContract({
    chain: null,
    address: usdc,
    abi: USDC_ABI,
    functionName: "approve",
    args: [v2.tokenMessenger, AMOUNT * BigInt(transfers)],
  });
  await reader.waitForTransactionReceipt({ hash: approval });
  const recipient = bytesToHex(addressToBytes32(decodeAddress(devnet.chain.accounts[2]!.address)));
  const burnedAtMs: number[] = [];
  const mints = watchMints(devnet, transfers);
  const startedMs = performance.now();
  let nonce = await reader.getTransactionCount({ address: burner.address });
  for (let sent = 0; sent < transfers; sent += BATCH) {
    const count = Math.min(BATCH, transfers - sent);
    const hashes: Hex[] = [];
    // One after the other: of bursts of 50 some were never in a block, for a reason that was not found.
    for (let index = 0; index < count; index += 1) {
      const hash = await wallet.writeContract({
        chain: null,
        address: v2.tokenMessenger,
        abi: TOKEN_MESSENGER_V2_ABI,
        functionName: "depositForBurn",
        args: [AMOUNT, LOCAL_DOMAIN, recipient, usdc, ANYBODY, 0n, FINALITY_THRESHOLD_FINALIZED],
        nonce: nonce++,
        gas: 400_000n,
      });
      hashes.push(hash);
      // A block of a devnet's EVM chain is final when it is there.
      burnedAtMs.push(performance.now());
    }
    await Promise.all(hashes.map((hash) => reader.waitForTransactionReceipt({ hash })));
    process.stderr.write(`to us: ${sent + count} of ${transfers} burned\n`);
  }
  const { mintedAtMs, txs, gasUsed } = await mints;
  return directionOf({ transfers, startedMs, burnedAtMs, mintedAtMs, txs, gas: gasUsed });
}

interface Mints {
  readonly mintedAtMs: readonly number[];
  readonly txs: number;
  readonly gasUsed: bigint;
}

/** Counts the mints of our chain as its blocks come. */
function watchMints(devnet: DevnetSystem, transfers: number): Promise<Mints> {
  return new Promise((resolve, reject) => {
    const mintedAtMs: number[] = [];
    let txs = 0;
    let gasUsed = 0n;
    const timer = setTimeout(() => reject(new Error(`${mintedAtMs.length} of ${transfers} minted`)), MAX_WAIT_MS);
    const stop = devnet.chain.node.onBlock(({ txs: committed }) => {
      for (const { result } of committed) {
        const minted = result.events.filter(({ type }) => type === "circle.cctp.v2.MintAndWithdraw").length;
        if (minted === 0) continue;
        txs += 1;
        gasUsed += result.gasUsed;
        for (let count = 0; count < minted; count += 1) mintedAtMs.push(performance.now());
      }
      if (mintedAtMs.length < transfers) return;
      clearTimeout(timer);
      stop();
      resolve({ mintedAtMs, txs, gasUsed });
    });
  });
}

/** Burns on our chain, 50 in a transaction; every mint is seen as the EVM chain's blocks come. */
async function usToEvm(devnet: DevnetSystem, transfers: number): Promise<Direction> {
  const chain = devnet.evmChain("base");
  const { privKey, address } = devnet.chain.accounts[3]!;
  const signer = await DirectSecp256k1Wallet.fromKey(privKey, "stateset");
  const options = { broadcastPollIntervalMs: 20 };
  const client = await SigningStateSetClient.connectWithSigner(devnet.chain.rpcUrl, signer, options);
  const burn: EncodeObject = {
    typeUrl: "/circle.cctp.v2.MsgDepositForBurn",
    value: {
      from: address,
      amount: AMOUNT.toString(),
      destinationDomain: chain.domain,
      mintRecipient: addressToBytes32(Buffer.from(chain.accounts[4]!.address.slice(2), "hex")),
      burnToken: "uusdc",
      maxFee: "0",
      minFinalityThreshold: FINALITY_THRESHOLD_FINALIZED,
    },
  };
  const fee = { amount: [{ denom: "uusdc", amount: "1000000" }], gas: String(400_000 * BATCH) };
  const burnedAtMs: number[] = [];
  const mints = pollMints(chain, transfers);
  const startedMs = performance.now();
  for (let sent = 0; sent < transfers; sent += BATCH) {
    const count = Math.min(BATCH, transfers - sent);
    const result = await client.signAndBroadcast(address, Array(count).fill(burn), fee);
    if (result.code !== 0) throw new Error(`burn: ${result.rawLog}`);
    burnedAtMs.push(...Array<number>(count).fill(performance.now()));
    process.stderr.write(`to the EVM chain: ${sent + count} of ${transfers} burned\n`);
  }
  client.disconnect();
  const { mintedAtMs, txs, gasUsed } = await mints;
  return directionOf({ transfers, startedMs, burnedAtMs, mintedAtMs, txs, gas: gasUsed });
}

const MINTED = USDC_ABI.find((entry) => entry.type === "event" && entry.name === "Transfer")!;
const POLL_MS = 25;

async function pollMints(chain: LocalEvmChain, transfers: number): Promise<Mints> {
  const reader = createPublicClient({ transport: http(chain.rpcUrl), cacheTime: 0 });
  const to = chain.accounts[4]!.address;
  let from = (await reader.getBlockNumber()) + 1n;
  const mintedAtMs: number[] = [];
  const hashes = new Set<Hex>();
  const deadlineMs = performance.now() + MAX_WAIT_MS;
  while (mintedAtMs.length < transfers) {
    if (performance.now() > deadlineMs) throw new Error(`${mintedAtMs.length} of ${transfers} minted`);
    const height = await reader.getBlockNumber();
    if (height >= from) {
      const event = MINTED as Extract<typeof MINTED, { type: "event" }>;
      const address = chain.contracts.usdc;
      const logs = await reader.getLogs({ address, event, args: { to }, fromBlock: from, toBlock: height });
      for (const { transactionHash } of logs) {
        mintedAtMs.push(performance.now());
        hashes.add(transactionHash);
      }
      from = height + 1n;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  let gasUsed = 0n;
  for (const hash of hashes) gasUsed += (await reader.getTransactionReceipt({ hash })).gasUsed;
  return { mintedAtMs, txs: hashes.size, gasUsed };
}

interface Transfers {
  readonly transfers: number;
  readonly startedMs: number;
  readonly burnedAtMs: readonly number[];
  readonly mintedAtMs: readonly number[];
  readonly txs: number;
  readonly gas: bigint;
}

/** Burns are alike, so the n-th mint is taken for that of the n-th burn. */
function directionOf({ transfers, startedMs, burnedAtMs, mintedAtMs, txs, gas }: Transfers): Direction {
  const seconds = ((mintedAtMs.at(-1) ?? startedMs) - startedMs) / 1000;
  const waits = mintedAtMs.slice(0, transfers).map((at, index) => Math.max(0, at - burnedAtMs[index]!));
  return {
    transfers,
    seconds: Number(seconds.toFixed(2)),
    transfersPerSecond: Number((transfers / seconds).toFixed(1)),
    burnToMintMs: percentilesOf(waits),
    deliveryTxsPer100Messages: Number(((100 * txs) / transfers).toFixed(1)),
    gasPerDelivery: Math.round(Number(gas) / transfers),
  };
}
