// The rules of both versions of CCTP, written a second time from Circle's contracts and from Noble's module, for a test to
// hold the application against. They are told what a message says, not its bytes.

import { keccak256 } from "../../src/crypto/hash.ts";
import type { Ledger, Refusal } from "./ledger.ts";

/** A burn in a message. V1 has no fees, expiration and hook. */
export interface BurnFact {
  readonly version: number;
  readonly token: string;
  /** 32 bytes in hex. */
  readonly recipient: string;
  readonly amount: bigint;
  readonly maxFee: bigint;
  readonly fee: bigint;
  readonly expiration: bigint;
  readonly hookData: Uint8Array;
}

/** What a message of another chain says. Words are 32 bytes in hex. */
export interface MessageFact {
  readonly cctp: 1 | 2;
  readonly version: number;
  readonly source: number;
  readonly destination: number;
  /** Decimal in V1, hex in V2. */
  readonly nonce: string;
  readonly sender: string;
  readonly recipient: string;
  readonly caller: string;
  readonly finality: number;
  /** Undefined for a body that is no burn. */
  readonly burn: BurnFact | undefined;
}

/** Who signed, in the order of the signatures, and how. */
export interface AttestationFact {
  readonly signers: readonly number[];
  /** With s in the upper half, or with v of 0 or 1: Noble's module takes both. */
  readonly style: "plain" | "highS" | "rawV";
}

/** A burn here. */
export interface BurnAsked {
  readonly cctp: 1 | 2;
  readonly from: string;
  readonly amount: bigint;
  readonly denom: string;
  readonly domain: number;
  /** Words in hex; a recipient of another length is malformed. */
  readonly recipient: string;
  /** Undefined is none given; V1's message with a caller wants one. */
  readonly caller: string | undefined;
  readonly maxFee: bigint;
  readonly hookData: Uint8Array | undefined;
}

/** What a mint gave to whom, for those who act on it. */
export interface MintFact {
  readonly cctp: 1 | 2;
  readonly domain: number;
  /** 20 bytes in hex. */
  readonly to: string;
  readonly amount: bigint;
  readonly fee: bigint;
  readonly finality: number;
  readonly hookData: Uint8Array;
}

const ZERO = "00".repeat(32);
const BODY_V1 = 132n;
const BODY_V2 = 228n;
const MIN_FEE_WHOLE = 10_000_000n;

const CCTP_ROLES = ["owner", "attesterManager", "pauser", "tokenController", "denylister", "minFeeController"] as const;

/** A role of CCTP. Both versions share the first four. */
export type CctpRole = (typeof CCTP_ROLES)[number];

/** State of one version. */
export interface VersionState {
  readonly attesters: Set<number>;
  threshold: number;
  readonly messengers: Map<number, string>;
  readonly used: Set<string>;
  bodyMax: bigint;
}

function newVersion(bodyMax: bigint): VersionState {
  return { attesters: new Set(), threshold: 0, messengers: new Map(), used: new Set(), bodyMax };
}

/** The low 20 bytes of a word. */
export function lowWord(word: string): string {
  return word.slice(24);
}

/** The bookkeeper of CCTP. Methods give the refusal, or change the books. */
export class CctpRules {
  readonly ledger: Ledger;
  readonly localDomain: number;
  /** The module account, 20 bytes in hex. */
  readonly module: string;
  /** Address (in ascending order of the EVM's) of each attester's key. */
  readonly attesterAddresses: readonly string[];
  /** The name in the ledger of 20 bytes in hex. */
  readonly accountOf: (address: string) => string;
  readonly v1 = newVersion(8000n);
  readonly v2 = newVersion(8192n);
  isStrict = true;
  isBurnPaused = false;
  isMessagePaused = false;
  nextNonce = 0n;
  readonly pairs = new Map<string, string>();
  burnLimit: bigint | undefined;
  minFee = 0n;
  feeRecipient: string;
  readonly denylist = new Set<string>();
  /** Who holds which role. */
  readonly roles: Record<CctpRole, string>;
  pendingOwner = "";

  constructor(
    parts: Pick<CctpRules, "ledger" | "localDomain" | "module" | "attesterAddresses" | "accountOf"> & {
      /** Who has every role at first. */
      readonly operator: string;
    },
  ) {
    this.ledger = parts.ledger;
    this.localDomain = parts.localDomain;
    this.module = parts.module;
    this.attesterAddresses = parts.attesterAddresses;
    this.accountOf = parts.accountOf;
    this.feeRecipient = parts.operator;
    this.roles = Object.fromEntries(CCTP_ROLES.map((role) => [role, parts.operator])) as Record<CctpRole, string>;
  }

  /** The least maxFee of an amount. */
  leastFee(amount: bigint): bigint {
    if (this.minFee === 0n) return 0n;
    const fee = (amount * this.minFee) / MIN_FEE_WHOLE;
    return fee > 0n ? fee : 1n;
  }

  /** Why a burn is refused, without doing it. */
  burnRefusal(burn: BurnAsked): Refusal {
    return burn.cctp === 1 ? this.#burnRefusalV1(burn) : this.#burnRefusalV2(burn);
  }

  #burnRefusalV1({ from, amount, denom, domain, recipient, caller }: BurnAsked): Refusal {
    if (caller !== undefined && /^0*$/.test(caller)) return "cctp 45";
    if (amount <= 0n || /^0*$/.test(recipient)) return "cctp 44";
    if (!this.v1.messengers.has(domain)) return "cctp 44";
    if (denom !== "uusdc" || this.isBurnPaused) return "cctp 32";
    if (this.burnLimit !== undefined && amount > this.burnLimit) return "cctp 32";
    if (this.ledger.balance(from) < amount) return "sdk 5";
    const refusal = this.ledger.burnRefusal(from);
    if (refusal !== undefined) return refusal;
    if (recipient.length !== ZERO.length) return "cctp 55";
    if (caller !== undefined && caller.length !== ZERO.length) return "cctp 42";
    return this.isMessagePaused || BODY_V1 > this.v1.bodyMax ? "cctp 42" : undefined;
  }

  #burnRefusalV2({ from, amount, denom, domain, recipient, caller, maxFee, hookData }: BurnAsked): Refusal {
    if (caller !== undefined && caller.length !== 0 && caller.length !== ZERO.length) return "cctp 232";
    if (this.denylist.has(from)) return "cctp 220";
    if (hookData?.length === 0) return "cctp 221";
    if (amount <= 0n) return "cctp 222";
    if (recipient.length !== ZERO.length) return "cctp 232";
    if (recipient === ZERO) return "cctp 223";
    if (maxFee >= amount) return "cctp 224";
    if (maxFee < this.leastFee(amount)) return "cctp 225";
    if (!this.v2.messengers.has(domain)) return "cctp 226";
    if (denom !== "uusdc") return "cctp 227";
    if (this.ledger.balance(from) < amount) return "sdk 5";
    if (this.isBurnPaused) return "cctp 202";
    if (this.burnLimit === 0n) return "cctp 227";
    if (this.burnLimit !== undefined && amount > this.burnLimit) return "cctp 228";
    const refusal = this.ledger.burnRefusal(from);
    if (refusal !== undefined) return refusal;
    if (this.isMessagePaused) return "cctp 201";
    if (domain === this.localDomain) return "cctp 229";
    return BODY_V2 + BigInt(hookData?.length ?? 0) > this.v2.bodyMax ? "cctp 230" : undefined;
  }

  /** Books a burn that was not refused. */
  burn({ cctp, from, amount, domain }: BurnAsked): void {
    this.ledger.burn(from, amount, domain);
    if (cctp === 1) this.nextNonce += 1n;
  }

  /** Whether the attesters signed, as the version wants it. */
  isAttested({ cctp }: Pick<MessageFact, "cctp">, { signers, style }: AttestationFact): boolean {
    const { attesters, threshold } = cctp === 1 ? this.v1 : this.v2;
    if (signers.length !== threshold || threshold === 0) return false;
    if (style !== "plain" && (cctp === 2 || this.isStrict)) return false;
    const addresses = signers.map((index) => this.attesterAddresses[index] ?? "");
    const isAscending = addresses.every((address, index) => index === 0 || (addresses[index - 1] ?? "") < address);
    return isAscending && signers.every((index) => attesters.has(index));
  }

  #isForModule({ cctp, recipient }: MessageFact): boolean {
    if (cctp === 2 || this.isStrict) return lowWord(recipient) === this.module;
    return recipient === this.module.padStart(64, "0");
  }

  #isCaller({ cctp, caller }: MessageFact, from: string): boolean {
    if (caller === ZERO) return true;
    if (cctp === 2 || this.isStrict) return caller === from.padStart(64, "0");
    return lowWord(caller) === from;
  }

  /** Delivers a message by an account (20 bytes in hex) at a height: the refusal, or what was minted to whom. */
  receive(
    message: MessageFact,
    attestation: AttestationFact,
    { from, height }: { readonly from: string; readonly height: number },
  ): { readonly refusal: Refusal; readonly mint?: MintFact } {
    const refusal = message.cctp === 1 ? this.#refusalV1(message, attestation, from) : undefined;
    const found = message.cctp === 2 ? this.#refusalV2(message, attestation, { from, height }) : refusal;
    if (found !== undefined) return { refusal: found };
    const state = message.cctp === 1 ? this.v1 : this.v2;
    state.used.add(message.cctp === 1 ? `${message.source}/${message.nonce}` : message.nonce);
    const { burn } = message;
    if (burn === undefined || !this.#isForModule(message)) return { refusal: undefined };
    return { refusal: undefined, mint: this.#mint(message, burn) };
  }

  #mint({ cctp, source, finality }: MessageFact, { recipient, amount, fee, hookData }: BurnFact): MintFact {
    const to = lowWord(recipient);
    this.ledger.mint(this.accountOf(to), amount - fee, source);
    if (fee > 0n) this.ledger.mint(this.feeRecipient, fee, source);
    return { cctp, domain: source, to, amount: amount - fee, fee, finality: cctp === 1 ? 2000 : finality, hookData };
  }

  #refusalV1(message: MessageFact, attestation: AttestationFact, from: string): Refusal {
    const { source, sender, burn } = message;
    if (this.isMessagePaused || !this.isAttested(message, attestation)) return "cctp 36";
    if (message.destination !== this.localDomain || !this.#isCaller(message, from)) return "cctp 36";
    if (message.version !== 0 || this.v1.used.has(`${source}/${message.nonce}`)) return "cctp 36";
    if (!this.#isForModule(message)) return this.isStrict ? "cctp 36" : undefined;
    if (this.isBurnPaused) return "cctp 36";
    if (burn === undefined) return "cctp 55";
    const denom = this.pairs.get(`${source}/${burn.token}`);
    if (burn.version !== 0 || denom === undefined || this.v1.messengers.get(source) !== sender) return "cctp 36";
    if (this.isStrict && /^0*$/.test(lowWord(burn.recipient))) return "cctp 36";
    return this.ledger.mintRefusal(denom, [{ to: this.accountOf(lowWord(burn.recipient)), amount: burn.amount }]);
  }

  #refusalV2(
    message: MessageFact,
    attestation: AttestationFact,
    { from, height }: { readonly from: string; readonly height: number },
  ): Refusal {
    if (this.isMessagePaused) return "cctp 201";
    if (!this.isAttested(message, attestation)) return "cctp 203";
    if (message.destination !== this.localDomain) return "cctp 205";
    if (!this.#isCaller(message, from)) return "cctp 206";
    if (message.version !== 1) return "cctp 207";
    if (message.nonce === ZERO || this.v2.used.has(message.nonce)) return "cctp 208";
    if (!this.#isForModule(message)) return undefined;
    if (this.v2.messengers.get(message.source) !== message.sender) return "cctp 209";
    if (message.finality < 500) return "cctp 210";
    return message.burn === undefined ? "cctp 211" : this.#burnMessageRefusalV2(message.source, message.burn, height);
  }

  #burnMessageRefusalV2(source: number, burn: BurnFact, height: number): Refusal {
    if (burn.version !== 1) return "cctp 212";
    if (burn.expiration !== 0n && burn.expiration <= BigInt(height)) return "cctp 213";
    if (burn.fee !== 0n && burn.fee >= burn.amount) return "cctp 214";
    if (burn.fee > burn.maxFee) return "cctp 215";
    if (this.isBurnPaused) return "cctp 202";
    const denom = this.pairs.get(`${source}/${burn.token}`);
    if (denom === undefined) return "cctp 216";
    if (/^0*$/.test(lowWord(burn.recipient))) return "cctp 217";
    if (burn.fee > 0n && this.feeRecipient === "") return "cctp 218";
    const mints = [{ to: this.accountOf(lowWord(burn.recipient)), amount: burn.amount - burn.fee }];
    if (burn.fee > 0n) mints.push({ to: this.feeRecipient, amount: burn.fee });
    return this.ledger.mintRefusal(denom, mints);
  }
}

/** What our chain calls `uusdc` in messages. */
export const LOCAL_TOKEN = keccak256(new TextEncoder().encode("uusdc"));
