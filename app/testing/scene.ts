// What random moves have in common: the world, the numbers, what was emitted and delivered so far, and the words of people
// and modules.

import { cctpModuleBytes32 } from "../../src/cctp/addresses.ts";
import { encodeBurnMessageV1 } from "../../src/cctp/burnMessageV1.ts";
import { encodeBurnMessageV2 } from "../../src/cctp/burnMessageV2.ts";
import { zeroBytes32 } from "../../src/cctp/bytes32.ts";
import { messageHash } from "../../src/cctp/messageHash.ts";
import { encodeMessageV1, type MessageV1 } from "../../src/cctp/messageV1.ts";
import { encodeMessageV2 } from "../../src/cctp/messageV2.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { concatBytes, fromHex, toHex } from "../../src/codec/bytes.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import { signRecoverable } from "../../src/crypto/secp256k1.ts";
import type { Random } from "../../x/orders/testing/simulation.ts";
import { type AttestationFact, type BurnAsked, LOCAL_TOKEN, type MessageFact } from "./cctpRules.ts";
import type { CrossChainWorld, Person } from "./crossChainWorld.ts";
import { ESCROW } from "./ledger.ts";
import { ATTESTER_KEYS, LOCAL_DOMAIN } from "./linkedChain.ts";
import type { HookFact, OrderFact } from "./orderRules.ts";

export const NOTHING: Uint8Array = new Uint8Array(0);
/** The zero word in hex. */
export const ZERO = "00".repeat(32);
/** A domain that nobody linked at genesis. */
export const STRANGE_DOMAIN = 9;
/** The order of the curve. */
const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const V_BASE = 27;

/** A person's account as a word in hex. */
export function wordOf({ hex }: Person): string {
  return hex.padStart(64, "0");
}

/** The word of bech32 text, in hex. */
export function wordOfText(address: string): string {
  return toHex(decodeAddress(address)).padStart(64, "0");
}

export const ESCROW_WORD = toHex(moduleAddress(ESCROW)).padStart(64, "0");
export const MODULE_WORD = toHex(cctpModuleBytes32());

/** Bytes of a message of another chain, and what they say. */
export interface Delivery {
  readonly fact: MessageFact;
  readonly bytes: Uint8Array;
}

/** A message of ours that V1 can replace. */
export interface OwnMessage {
  readonly message: MessageV1;
  readonly bytes: Uint8Array;
  /** Who burned or sent, and may replace it. */
  readonly owner: Person;
  readonly burn: BurnAsked | undefined;
}

/** Signatures of attesters, as a fact and as a way to make them. */
export interface Attestation {
  readonly fact: AttestationFact;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** The scene of random moves. */
export class Scene {
  readonly world: CrossChainWorld;
  readonly random: Random;
  readonly delivered: Delivery[] = [];
  readonly own: OwnMessage[] = [];
  /** Hook data in hex → what it says. */
  readonly hooks = new Map<string, HookFact>();
  /** Counts messages and orders, so that each is its own. */
  messageCount = 0;
  orderCount = 0n;

  constructor(world: CrossChainWorld, random: Random) {
    this.world = world;
    this.random = random;
  }

  /** What is right, or now and then something that is not. */
  odd<T>(right: T, ...wrong: readonly T[]): T {
    return this.random.below(40) === 0 ? this.random.pick(wrong) : right;
  }

  /** One of the latest orders, mostly of those that pass a filter. */
  anOrder(filter: (order: OrderFact) => boolean = () => true): OrderFact | undefined {
    const all = [...this.world.orders.orders.values()];
    const chosen = this.random.below(4) === 0 ? all : all.filter(filter);
    const recent = (chosen.length === 0 ? all : chosen).slice(-8);
    return recent.length === 0 ? undefined : this.random.pick(recent);
  }

  /** Whoever signs, in whatever order and manner; mostly those who should. */
  attestation(cctp: 1 | 2): Attestation {
    const { attesters, threshold } = cctp === 1 ? this.world.cctp.v1 : this.world.cctp.v2;
    const addresses = this.world.cctp.attesterAddresses;
    const byAddress = (a: number, b: number) => ((addresses[a] ?? "") < (addresses[b] ?? "") ? -1 : 1);
    const right = [...attesters].sort(byAddress).slice(0, threshold);
    const wrong = this.random.pick([[], [0], [0, 0], [1, 2], right.toReversed(), [...right, 2], [2, 1, 0]]);
    const signers = this.random.below(8) > 0 ? right : wrong;
    const style = this.odd<AttestationFact["style"]>("plain", "highS", "rawV");
    const sign = (message: Uint8Array) => concatBytes(...signers.map((index) => signAs(message, index, style)));
    return { fact: { signers, style }, sign };
  }

  /** The message that a burn must emit. What a person burns by V1 can be replaced later; the escrow is nobody. */
  emit(asked: BurnAsked, nonce: bigint, owner: Person | undefined): Uint8Array {
    const { cctp, domain, amount, maxFee, hookData = NOTHING } = asked;
    const { messengers } = cctp === 1 ? this.world.cctp.v1 : this.world.cctp.v2;
    const common = {
      ...{ sourceDomain: LOCAL_DOMAIN, destinationDomain: domain, sender: cctpModuleBytes32() },
      recipient: fromHex(messengers.get(domain) ?? ""),
      destinationCaller: asked.caller ? fromHex(asked.caller) : zeroBytes32(),
    };
    const messageSender = fromHex(owner === undefined ? ESCROW_WORD : wordOf(owner));
    const burn = { burnToken: LOCAL_TOKEN, mintRecipient: fromHex(asked.recipient), amount, messageSender };
    if (cctp === 2) {
      const rest = { maxFee, feeExecuted: 0n, expirationBlock: 0n, hookData };
      return encodeMessageV2({
        ...{ ...common, version: 1, nonce: zeroBytes32(), minFinalityThreshold: 2000, finalityThresholdExecuted: 0 },
        messageBody: encodeBurnMessageV2({ ...burn, ...rest, version: 1 }),
      });
    }
    const message = { ...common, version: 0, nonce, messageBody: encodeBurnMessageV1({ ...burn, version: 0 }) };
    const bytes = encodeMessageV1(message);
    if (owner !== undefined) this.own.push({ message, bytes, owner, burn: asked });
    return bytes;
  }

  /** Runs something that may make refunds burn, and gives what they emit. */
  emittedBy<T>(act: () => T): { readonly result: T; readonly emitted: readonly Uint8Array[] } {
    const before = this.world.orders.burns.length;
    const result = act();
    const made = this.world.orders.burns.slice(before);
    return { result, emitted: made.map(({ asked, nonce }) => this.emit(asked, nonce, undefined)) };
  }
}

function signAs(message: Uint8Array, index: number, style: AttestationFact["style"]): Uint8Array {
  const { signature, recoveryId } = signRecoverable(messageHash(message), ATTESTER_KEYS[index] ?? NOTHING);
  if (style === "plain") return concatBytes(signature, Uint8Array.of(V_BASE + recoveryId));
  if (style === "rawV") return concatBytes(signature, Uint8Array.of(recoveryId));
  const s = N - BigInt(`0x${toHex(signature.subarray(32))}`);
  const high = fromHex(s.toString(16).padStart(64, "0"));
  return concatBytes(signature.subarray(0, 32), high, Uint8Array.of(V_BASE + 1 - recoveryId));
}
