// `npm run demo`: from an EVM wallet to an order and back, on a devnet of its own. Ends with one line of JSON.

import { createDevnet } from "../src/devnet/createDevnet.ts";
import { type Teller, tellStory } from "./demo/story.ts";

const DIM = process.stdout.isTTY ? "\x1b[2m" : "";
const BOLD = process.stdout.isTTY ? "\x1b[1m" : "";
const PLAIN = process.stdout.isTTY ? "\x1b[0m" : "";
const DECIMALS = 1_000_000n;

function usdc(amount: bigint): string {
  const fraction = (amount % DECIMALS)
    .toString()
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${amount / DECIMALS}.${fraction} USDC`;
}

/** Says each step with its time, its transaction and its money. */
function teller(startedMs: number): Teller {
  const at = () => `${DIM}${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s${PLAIN}`;
  return {
    chapter: (title) => console.log(`\n${BOLD}${title}${PLAIN}`),
    step: (what, txHash) => console.log(`${at()}  ${what}${txHash === undefined ? "" : `  ${DIM}${txHash}${PLAIN}`}`),
    balance: (whose, amount) => console.log(`${at()}  ${whose.padEnd(24)} ${usdc(amount).padStart(20)}`),
  };
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const tell = teller(startedMs);
  tell.chapter("A chain, two EVM chains, an attester and a relayer");
  const devnet = await createDevnet({ blockIntervalMs: 50 });
  try {
    tell.step("the devnet is up");
    const { minted, burned, ...ending } = await tellStory(devnet, tell);
    const seconds = Number(((performance.now() - startedMs) / 1000).toFixed(1));
    const amounts = { minted: minted.toString(), burned: burned.toString() };
    console.log(`\n${JSON.stringify({ ...ending, ...amounts, seconds })}`);
  } finally {
    await devnet.stop();
  }
}

await main();
