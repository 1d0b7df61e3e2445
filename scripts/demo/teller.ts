// What a person reads of a story that a program tells: chapters, steps with their time, money.

import type { Teller } from "./story.ts";

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
export function consoleTeller(startedMs: number): Teller {
  const at = () => `${DIM}${((performance.now() - startedMs) / 1000).toFixed(1).padStart(6)} s${PLAIN}`;
  return {
    chapter: (title) => console.log(`\n${BOLD}${title}${PLAIN}`),
    step: (what, txHash) => console.log(`${at()}  ${what}${txHash === undefined ? "" : `  ${DIM}${txHash}${PLAIN}`}`),
    balance: (whose, amount) => console.log(`${at()}  ${whose.padEnd(24)} ${usdc(amount).padStart(20)}`),
  };
}
