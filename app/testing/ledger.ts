// An independent bookkeeper of USDC: balances, the supply, and what was minted for and burned towards each domain. It says
// beforehand what a message must do to the money, and shares no code with the modules that do it.

/** A refusal as `codespace code`; undefined is none. */
export type Refusal = string | undefined;

/** The accounts of the modules, by their names. */
export const ESCROW = "orders";
export const FEES = "fee_collector";
/** Has the fees of earlier blocks: nobody takes rewards here. */
export const REWARDS = "distribution";

/** Money by account: bech32 text for people, the name for modules. */
export class Ledger {
  readonly balances = new Map<string, bigint>();
  readonly minted = new Map<number, bigint>();
  readonly burned = new Map<number, bigint>();
  supply = 0n;
  /** What may still be minted; undefined is nobody may. */
  allowance: bigint | undefined;
  isIssuerPaused = false;
  readonly blacklist = new Set<string>();
  /** Accounts that receive nothing. */
  readonly blocked: ReadonlySet<string>;

  constructor(blocked: ReadonlySet<string>) {
    this.blocked = blocked;
  }

  balance(account: string): bigint {
    return this.balances.get(account) ?? 0n;
  }

  #add(account: string, amount: bigint): void {
    const after = this.balance(account) + amount;
    if (after < 0n) throw new Error(`the bookkeeper has ${after} for ${account}`);
    this.balances.set(account, after);
  }

  /** Money that is there at genesis. */
  endow(account: string, amount: bigint): void {
    this.#add(account, amount);
    this.supply += amount;
  }

  move(from: string, to: string, amount: bigint): void {
    this.#add(from, -amount);
    this.#add(to, amount);
  }

  /** Why amounts that are minted one after the other would be refused. */
  mintRefusal(denom: string, mints: readonly { readonly to: string; readonly amount: bigint }[]): Refusal {
    let { allowance } = this;
    for (const { to, amount } of mints) {
      if (allowance === undefined) return "fiat-tokenfactory 2";
      const isRefused = this.blacklist.has(to) || denom !== "uusdc" || amount <= 0n || amount > allowance;
      if (isRefused || this.isIssuerPaused) return "fiat-tokenfactory 4";
      if (this.blocked.has(to)) return "fiat-tokenfactory 5";
      allowance -= amount;
    }
    return undefined;
  }

  mint(to: string, amount: bigint, domain: number): void {
    this.#add(to, amount);
    this.supply += amount;
    this.allowance = (this.allowance ?? 0n) - amount;
    this.minted.set(domain, (this.minted.get(domain) ?? 0n) + amount);
  }

  /** Why a burn would be refused by the issuer. */
  burnRefusal(from: string): Refusal {
    const isRefused = this.allowance === undefined || this.blacklist.has(from) || this.isIssuerPaused;
    return isRefused ? "fiat-tokenfactory 6" : undefined;
  }

  burn(from: string, amount: bigint, domain: number): void {
    this.#add(from, -amount);
    this.supply -= amount;
    this.burned.set(domain, (this.burned.get(domain) ?? 0n) + amount);
  }
}
