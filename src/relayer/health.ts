// When something is wrong with a relayer as a whole: a wallet that runs dry, a chain that stands still or does not answer.

import type { Clock } from "./clock.ts";
import type { WalletStatus } from "./deliver/destination.ts";

/** One thing that is wrong, and where. */
export interface HealthProblem {
  readonly chain: string;
  readonly problem: "wallet_dry" | "chain_stalled" | "chain_unreachable";
  readonly detail: string;
}

/** Whether a chain answers and goes on. */
export class ChainPulse {
  readonly #chain: string;
  readonly #clock: Clock;
  #height: bigint | undefined;
  #movedAtMs: number;
  #answeredAtMs: number;
  #lastError = "";

  constructor(chain: string, clock: Clock) {
    this.#chain = chain;
    this.#clock = clock;
    this.#movedAtMs = clock.nowMs();
    this.#answeredAtMs = clock.nowMs();
  }

  /** The chain answered; with its newest height where that was asked. */
  beat(height?: bigint): void {
    const nowMs = this.#clock.nowMs();
    this.#answeredAtMs = nowMs;
    if (height === undefined || height !== this.#height) this.#movedAtMs = nowMs;
    this.#height = height;
  }

  /** The chain did not answer. */
  fail(error: unknown): void {
    this.#lastError = error instanceof Error ? error.message : String(error);
  }

  /** What is wrong, when the chain has stood still for longer than so. */
  problem(stallAfterMs: number): HealthProblem | undefined {
    const nowMs = this.#clock.nowMs();
    if (stallAfterMs === 0) return undefined;
    if (nowMs - this.#answeredAtMs > stallAfterMs) {
      return { chain: this.#chain, problem: "chain_unreachable", detail: this.#lastError };
    }
    if (nowMs - this.#movedAtMs <= stallAfterMs) return undefined;
    const seconds = Math.round((nowMs - this.#movedAtMs) / 1000);
    return { chain: this.#chain, problem: "chain_stalled", detail: `at height ${this.#height} for ${seconds} s` };
  }
}

/** What is wrong with a wallet. */
export function walletProblem(
  chain: string,
  { balance, balanceMin, unit, address }: WalletStatus,
): HealthProblem | undefined {
  if (balance === undefined || balance >= balanceMin) return undefined;
  const detail = `${address} has ${balance} ${unit}, and should have ${balanceMin}`;
  return { chain, problem: "wallet_dry", detail };
}
