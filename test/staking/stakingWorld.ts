// The application with CometBFT's part played by a test: validators who vote or do not, sets that change two blocks later,
// evidence. All three modules are real, with everything around them; each block checks every invariant.

import { createHash } from "node:crypto";
import type { ChainApp } from "../../app/app.ts";
import { defaultAppState, emptyApp } from "../../app/genesis.ts";
import { finalizeTwice } from "../../app/testing/finalizeTwice.ts";
import { signTestTx } from "../../app/testing/signTestTx.ts";
import type { MsgCreateValidator } from "../../gen/cosmos/staking/v1beta1/tx.ts";
import type { ExecTxResult, ResponseFinalizeBlock, ValidatorUpdate } from "../../gen/tendermint/abci/types.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { toHex } from "../../src/codec/bytes.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { encodeConsensusAddress, encodeValidatorAddress } from "../../src/codec/validatorAddress.ts";
import { initChainRequest } from "../../src/consensus/solo/chainState.ts";
import { addressOfEd25519, addressOfSecp256k1 } from "../../src/crypto/address.ts";
import { publicKeyOf } from "../../src/crypto/secp256k1.ts";
import { createGenesisDoc } from "../../src/devnet/genesisFile.ts";
import { pubKeyAny } from "../../x/staking/validator.ts";

const CHAIN_ID = "staking-1";
const GENESIS_NS = 1_700_000_000_000_000_000n;
const SECOND_NS = 1_000_000_000n;
/** What each person has besides what is at stake. */
export const USTAKE = 5_000_000_000n;
const UUSDC = 1_000_000_000_000n;
/** What each transaction pays. */
export const FEE = 10_000n;
const GAS = 1_000_000n;

/** Somebody with a key, who may operate a validator. */
export interface Person {
  readonly index: number;
  readonly privKey: Uint8Array;
  readonly raw: Uint8Array;
  readonly address: string;
  readonly operator: string;
  /** The consensus key that its validator has, if it has one. */
  readonly pubKey: Uint8Array;
  readonly consensus: Uint8Array;
  readonly consensusText: string;
}

function personAt(index: number): Person {
  const privKey = new Uint8Array(createHash("sha256").update(`person ${index}`).digest());
  const raw = addressOfSecp256k1(publicKeyOf(privKey));
  const pubKey = new Uint8Array(createHash("sha256").update(`validator ${index}`).digest());
  const consensus = addressOfEd25519(pubKey);
  return {
    ...{ index, privKey, raw, pubKey, consensus },
    address: encodeAddress(raw),
    operator: encodeValidatorAddress(raw),
    consensusText: encodeConsensusAddress(consensus),
  };
}

type Set = ReadonlyMap<string, { readonly address: Uint8Array; readonly power: bigint }>;

function applied(set: Set, updates: readonly ValidatorUpdate[]): Set {
  const after = new Map(set);
  for (const { pubKey, power } of updates) {
    const address = addressOfEd25519(pubKey!.ed25519!);
    if (power === 0n) after.delete(toHex(address));
    else after.set(toHex(address), { address, power });
  }
  return after;
}

/** Parameters by .proto name, over the defaults. */
export interface WorldOptions {
  /** The first people are validators. */
  readonly validators?: number;
  readonly people?: number;
  readonly staking?: Record<string, unknown>;
  readonly slashing?: Record<string, unknown>;
  readonly distribution?: Record<string, unknown>;
}

/** What a block is made with. */
export interface BlockOptions {
  /** Whose votes for the block before are not there. */
  readonly absent?: readonly Person[];
  readonly doubleSigners?: readonly { readonly who: Person; readonly height: number; readonly power: bigint }[];
  readonly seconds?: number;
}

/** A chain that a test makes the blocks of. */
export class StakingWorld {
  readonly app: ChainApp;
  readonly people: readonly Person[];
  /** Who votes on a height. */
  readonly sets = new Map<number, Set>();
  readonly #sequences: bigint[] = [];
  readonly #accounts: readonly bigint[];
  #queued: Uint8Array[] = [];
  height = 0;
  timeNs = GENESIS_NS;

  constructor({ validators = 3, people = 6, ...params }: WorldOptions = {}) {
    this.people = Array.from({ length: people }, (_, index) => personAt(index));
    const defaults = defaultAppState() as Record<string, Record<string, object>>;
    const withParams = (name: "staking" | "slashing" | "distribution") => ({
      ...defaults[name],
      params: { ...defaults[name]?.["params"], ...params[name] },
    });
    const doc = createGenesisDoc({
      chainId: CHAIN_ID,
      timeNs: GENESIS_NS,
      validators: this.people
        .slice(0, validators)
        .map(({ pubKey, address, index }) => ({ pubKey, name: `v${index}`, operator: address })),
      accounts: this.people.map(({ address }) => ({
        address,
        coins: [
          { denom: "ustake", amount: USTAKE },
          { denom: "uusdc", amount: UUSDC },
        ],
      })),
      appState: {
        ...defaults,
        staking: withParams("staking"),
        slashing: withParams("slashing"),
        distribution: withParams("distribution"),
      },
    });
    this.app = emptyApp();
    const { validators: updates } = this.app.initChain(initChainRequest(doc));
    const first = applied(new Map(), updates);
    this.sets.set(1, first).set(2, first);
    this.#accounts = this.people.map(({ index }) => BigInt(index));
    this.block();
  }

  person(index: number): Person {
    return this.people[index]!;
  }

  /** Puts a message of somebody into the next block. */
  send<T>({ index, privKey }: Person, codec: MessageCodec<T>, message: Partial<T>): void {
    const sequence = this.#sequences[index] ?? 0n;
    this.#sequences[index] = sequence + 1n;
    this.#queued.push(
      signTestTx({
        ...{ chainId: CHAIN_ID, privKey, accountNumber: this.#accounts[index]!, sequence },
        messages: [{ typeUrl: `/${codec.$type}`, value: codec.encode(codec.fromPartial(message)).finish() }],
        ...{ fee: `${FEE}uusdc`, gasLimit: GAS },
      }),
    );
  }

  /** Makes a block of what was sent. Throws an Error when an invariant is broken. */
  block({ absent = [], doubleSigners = [], seconds = 1 }: BlockOptions = {}): ResponseFinalizeBlock {
    this.height += 1;
    this.timeNs += BigInt(seconds) * SECOND_NS;
    const missing = new Set(absent.map(({ consensus }) => toHex(consensus)));
    const voters = this.height === 1 ? new Map() : this.sets.get(this.height - 1)!;
    const { response } = finalizeTwice(this.app, {
      height: this.height,
      timeNs: this.timeNs,
      txs: this.#queued.map((tx) => this.app.decode(tx)),
      proposerAddress: this.person(0).consensus,
      consensus: {
        votes: [...voters.values()].map(({ address, power }) => ({
          ...{ address, power, isAbsent: missing.has(toHex(address)) },
        })),
        misbehavior: doubleSigners.map(({ who, height, power }) => ({
          ...{ address: who.consensus, height: BigInt(height), power },
        })),
        nextValidatorsHash: new Uint8Array(32),
      },
    });
    this.app.commit();
    this.#queued = [];
    this.sets.set(this.height + 2, applied(this.sets.get(this.height + 1)!, response.validatorUpdates));
    const broken = this.app.brokenInvariants();
    if (broken.length > 0) throw new Error(`block ${this.height}: ${broken.join("; ")}`);
    return response;
  }

  /** Makes a block of one message: its result. */
  run<T>(who: Person, codec: MessageCodec<T>, message: Partial<T>, options: BlockOptions = {}): ExecTxResult {
    this.send(who, codec, message);
    return this.block(options).txResults[0]!;
  }

  /** Makes a block of one message, which must pass. */
  pass<T>(who: Person, codec: MessageCodec<T>, message: Partial<T>, options: BlockOptions = {}): ExecTxResult {
    const result = this.run(who, codec, message, options);
    if (result.code !== 0) throw new Error(`${codec.$type}: ${result.log}`);
    return result;
  }

  /** Somebody's validator. */
  validator({ raw }: Person) {
    const validator = this.app.staking.getValidator(this.app.queryContext(), raw);
    if (validator === undefined) throw new Error("there is no such validator");
    return validator;
  }

  hasValidator({ raw }: Person): boolean {
    return this.app.staking.getValidator(this.app.queryContext(), raw) !== undefined;
  }

  /** Shares of somebody with somebody's validator, in units of 10^-18. */
  shares(delegator: Person, of: Person): bigint {
    return this.app.staking.getDelegation(this.app.queryContext(), delegator.raw, of.raw)?.shares ?? 0n;
  }

  balance({ raw }: Person, denom = "ustake"): bigint {
    return this.app.bank.balance(this.app.queryContext(), raw, denom);
  }

  /** Power that somebody votes with now; undefined when it does not. */
  power({ consensus }: Person): bigint | undefined {
    return this.sets.get(this.height + 1)?.get(toHex(consensus))?.power;
  }
}

/** A new validator of somebody. */
export function creation(who: Person, change: Partial<MsgCreateValidator> = {}): Partial<MsgCreateValidator> {
  return {
    description: { moniker: `v${who.index}`, identity: "", website: "", securityContact: "", details: "" },
    commission: { rate: "100000000000000000", maxRate: "200000000000000000", maxChangeRate: "10000000000000000" },
    minSelfDelegation: "1000000",
    delegatorAddress: "",
    validatorAddress: who.operator,
    pubkey: pubKeyAny(who.pubKey),
    value: stake(100_000_000n),
    ...change,
  };
}

/** An amount of what is staked. */
export function stake(amount: bigint): { denom: string; amount: string } {
  return { denom: "ustake", amount: amount.toString() };
}
