// Sends tokens from one key, one transaction after the other, each in a block before the next is signed: so sequences
// never clash.

import { BaseAccount } from "../../../gen/cosmos/auth/v1beta1/auth.ts";
import { QueryAccountRequest, QueryAccountResponse } from "../../../gen/cosmos/auth/v1beta1/query.ts";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../../gen/cosmos/bank/v1beta1/query.ts";
import type { Coin } from "../../../gen/cosmos/base/v1beta1/coin.ts";
import { bytesEqual } from "../../codec/bytes.ts";
import { ErrWrongSequence } from "../../codec/sdkErrors.ts";
import type { ChainNode, CommittedBlock, IndexedTx } from "../../consensus/chainNode.ts";
import { sha256 } from "../../crypto/hash.ts";
import type { QueryRouter } from "../services/queryRouter.ts";
import { type SendKey, type SendOrder, signSend } from "./sendTx.ts";

/** Credits that may wait at one time; more are refused. */
export const FAUCET_QUEUE_MAX = 200;

/** Attempts at one credit when somebody else uses the faucet's key at the same time. */
const ATTEMPTS_MAX = 3;

/** Longest wait for a block before the next attempt, in milliseconds. */
const RETRY_WAIT_MAX_MS = 1_000;

/** What the faucet gives and pays. */
export interface FaucetTerms {
  /** What one credit is worth, for each denomination on offer. */
  readonly tokens: readonly Coin[];
  readonly fee: SendOrder["fee"];
  /** A credit that is in no block after this time has failed, in milliseconds. */
  readonly commitTimeoutMs: number;
}

/** A credit that did not come to be. */
export class FaucetError extends Error {
  readonly code: "queue_full" | "refused" | "failed" | "timeout" | "closed";
  readonly retryable: boolean;

  constructor(code: FaucetError["code"], message: string) {
    super(message);
    this.name = "FaucetError";
    this.code = code;
    this.retryable = code === "queue_full" || code === "timeout";
  }
}

/** A faucet over a node in the same process. */
export class Faucet {
  readonly #node: ChainNode;
  readonly #router: QueryRouter;
  readonly #key: SendKey;
  readonly #terms: FaucetTerms;
  #queue: Promise<unknown> = Promise.resolve();
  #queuedCount = 0;
  readonly #closing = new AbortController();

  constructor(key: SendKey, terms: FaucetTerms, parts: { readonly node: ChainNode; readonly router: QueryRouter }) {
    this.#key = key;
    this.#terms = terms;
    this.#node = parts.node;
    this.#router = parts.router;
  }

  /** Denominations that are on offer. */
  get configuredTokens(): readonly string[] {
    return this.#terms.tokens.map((token) => token.denom);
  }

  /** What the faucet holds of each denomination on offer. */
  async balance(): Promise<readonly Coin[]> {
    return Promise.all(this.configuredTokens.map((denom) => this.#balanceOf(denom)));
  }

  /** Denominations on offer that the faucet has any of. */
  async availableTokens(): Promise<readonly string[]> {
    return (await this.balance()).filter((coin) => coin.amount !== "0").map((coin) => coin.denom);
  }

  /** Sends one credit; resolves with the transaction once it is in a block. Rejects with FaucetError. */
  credit(recipient: string, denom: string): Promise<IndexedTx> {
    const amount = this.#terms.tokens.find((token) => token.denom === denom);
    if (amount === undefined) return Promise.reject(new FaucetError("refused", `no credit of ${denom}`));
    if (this.#closing.signal.aborted) return Promise.reject(closedError());
    if (this.#queuedCount >= FAUCET_QUEUE_MAX) {
      return Promise.reject(new FaucetError("queue_full", `${FAUCET_QUEUE_MAX} credits wait already`));
    }
    this.#queuedCount++;
    const credited = this.#queue.then(() => this.#send(recipient, amount));
    // The next credit waits for this one, whatever becomes of it.
    this.#queue = credited.then(
      () => this.#queuedCount--,
      () => this.#queuedCount--,
    );
    return credited;
  }

  /** Refuses further credits and those that wait. A transaction that is submitted may still come to be. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#queue;
  }

  async #send(recipient: string, amount: Coin): Promise<IndexedTx> {
    const { signal } = this.#closing;
    for (let attempt = 1; ; attempt++) {
      if (signal.aborted) throw closedError();
      const { accountNumber, sequence } = await this.#account();
      const { chainId } = this.#node;
      const { fee } = this.#terms;
      const tx = signSend(this.#key, { chainId, accountNumber, sequence, recipient, amount, fee, memo: "faucet" });
      const hash = sha256(tx);
      const isOurs = (candidate: IndexedTx) => bytesEqual(candidate.hash, hash);
      const commit = awaitBlock(this.#node, (block) => block.txs.find(isOurs), {
        timeoutMs: this.#terms.commitTimeoutMs,
        signal,
      });
      try {
        const check = await this.#node.submitTx(tx);
        if (check.code === ErrWrongSequence.code && check.codespace === "sdk" && attempt < ATTEMPTS_MAX) {
          await this.#nextBlock();
          continue;
        }
        if (check.code !== 0) throw new FaucetError("refused", check.log);
        const found = await commit.found;
        if (found.result.code !== 0) throw new FaucetError("failed", found.result.log);
        return found;
      } finally {
        commit.stop();
      }
    }
  }

  /** Waits for any block, but not long: it lets a foreign transaction of the same key come through. */
  async #nextBlock(): Promise<void> {
    const limits = { timeoutMs: RETRY_WAIT_MAX_MS, signal: this.#closing.signal };
    const next = awaitBlock(this.#node, (block) => block, limits);
    // Without a block in time, or when the faucet closes, the next attempt says what is wrong.
    await next.found.catch(() => undefined);
    next.stop();
  }

  async #account(): Promise<BaseAccount> {
    const request = QueryAccountRequest.encode({ address: this.#key.address }).finish();
    const { value } = await this.#router.call("/cosmos.auth.v1beta1.Query/Account", request, 0n);
    const { account } = QueryAccountResponse.decode(value);
    if (account?.typeUrl !== `/${BaseAccount.$type}`) {
      throw new FaucetError("refused", `the faucet's account is a ${account?.typeUrl ?? "nothing"}`);
    }
    return BaseAccount.decode(account.value);
  }

  async #balanceOf(denom: string): Promise<Coin> {
    const request = QueryBalanceRequest.encode({ address: this.#key.address, denom }).finish();
    const { value } = await this.#router.call("/cosmos.bank.v1beta1.Query/Balance", request, 0n);
    return QueryBalanceResponse.decode(value).balance ?? { denom, amount: "0" };
  }
}

function closedError(): FaucetError {
  return new FaucetError("closed", "the faucet is closed");
}

/**
 * Listens to blocks, from now on, until `pick` finds something in one. Rejects with FaucetError after a time, or when
 * the signal is given. `stop` must be called in the end.
 */
function awaitBlock<T>(
  node: ChainNode,
  pick: (block: CommittedBlock) => T | undefined,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): { readonly found: Promise<T>; readonly stop: () => void } {
  let stop: () => void = () => undefined;
  const found = new Promise<T>((resolve, reject) => {
    const late = () => reject(new FaucetError("timeout", `not in a block after ${limits.timeoutMs} ms`));
    const closed = () => reject(closedError());
    const timer = setTimeout(late, limits.timeoutMs);
    limits.signal.addEventListener("abort", closed);
    const unsubscribe = node.onBlock((block) => {
      const picked = pick(block);
      if (picked !== undefined) resolve(picked);
    });
    stop = () => {
      clearTimeout(timer);
      limits.signal.removeEventListener("abort", closed);
      unsubscribe();
    };
  });
  // Where CheckTx refuses, nobody waits any more; the rejection must not count as unhandled then.
  found.catch(() => undefined);
  return { found, stop };
}
