// A small chain for tests of CCTP V2: the real accounts and bank over a state in memory, V1's side as plain fields, and
// an issuer that mints whatever it is asked to.

import type { Event } from "../../../../gen/tendermint/abci/types.ts";
import { Context, type ExecMode } from "../../../../src/baseapp/context.ts";
import { EventManager } from "../../../../src/baseapp/events.ts";
import { GasMeter } from "../../../../src/baseapp/gas.ts";
import { Router } from "../../../../src/baseapp/msgRouter.ts";
import { failureOf, type TxFailure } from "../../../../src/baseapp/txResult.ts";
import type { MintReceipt } from "../../../../src/cctp/mintReceipt.ts";
import { encodeAddress } from "../../../../src/codec/address.ts";
import { toHex } from "../../../../src/codec/bytes.ts";
import type { MessageCodec } from "../../../../src/codec/message.ts";
import { TypeRegistry } from "../../../../src/codec/registry.ts";
import { moduleAddress } from "../../../../src/crypto/address.ts";
import { cacheMultiStore } from "../../../../src/store/cacheStore.ts";
import { createCommitMultiStore } from "../../../../src/store/commitStore.ts";
import type { CacheMultiStore } from "../../../../src/store/multiStore.ts";
import { pruningOptions } from "../../../../src/store/pruning.ts";
import { AccountKeeper } from "../../../auth/keeper.ts";
import { AUTH_STORE } from "../../../auth/keys.ts";
import { DEFAULT_PARAMS } from "../../../auth/types.ts";
import { BankKeeper } from "../../../bank/keeper.ts";
import { BANK } from "../../../bank/keys.ts";
import type { CctpV2Parts } from "../expected.ts";
import { CCTP } from "../keys.ts";
import { type CctpV2, createCctpV2 } from "../v2.ts";

const PERMISSIONS = { [CCTP]: ["minter", "burner"] };

/** What came of a step. */
export interface Outcome {
  readonly failure: TxFailure | undefined;
  readonly events: readonly Event[];
  readonly response: unknown;
}

/** Twenty equal bytes. */
export function testAddress(byte: number): Uint8Array {
  return new Uint8Array(20).fill(byte);
}

/** The same as bech32 text. */
export function testText(byte: number): string {
  return encodeAddress(testAddress(byte));
}

/** What V1 and the chain say, as a test sets it. */
export interface WorldState {
  owner: string;
  attesterManager: string;
  isSendingAndReceivingPaused: boolean;
  isBurningAndMintingPaused: boolean;
  localDomain: number;
  burnLimit: bigint | undefined;
  height: number;
}

/** The chain. Token pairs are `domain/token in hex` → denomination. */
export class V2World {
  readonly accounts = new AccountKeeper(PERMISSIONS);
  readonly bank = new BankKeeper(this.accounts, new Set([encodeAddress(moduleAddress(CCTP))]));
  readonly v2: CctpV2;
  readonly router: Router;
  readonly tokens = new Map<string, string>();
  readonly receipts: MintReceipt[] = [];
  readonly state: WorldState = {
    owner: testText(1),
    attesterManager: testText(2),
    isSendingAndReceivingPaused: false,
    isBurningAndMintingPaused: false,
    localDomain: 4,
    burnLimit: undefined,
    height: 10,
  };
  readonly #stores: CacheMultiStore;

  constructor() {
    const names = [AUTH_STORE, BANK, CCTP];
    this.#stores = cacheMultiStore(createCommitMultiStore({ names, pruning: pruningOptions("nothing") }).latest());
    this.v2 = createCctpV2(this.#parts());
    this.router = new Router(
      [{ name: CCTP, storeNames: [CCTP], msgs: this.v2.msgs, queries: this.v2.queries }],
      new TypeRegistry(),
    );
    this.accounts.setParams(this.context("genesis"), DEFAULT_PARAMS);
    this.v2.genesis.init(this.context("genesis"), this.v2.genesis.defaultGenesis());
  }

  #parts(): CctpV2Parts {
    const { state, tokens, receipts, bank } = this;
    return {
      shared: {
        owner: () => state.owner,
        attesterManager: () => state.attesterManager,
        isSendingAndReceivingPaused: () => state.isSendingAndReceivingPaused,
        isBurningAndMintingPaused: () => state.isBurningAndMintingPaused,
        localDomain: () => state.localDomain,
        localToken: (_ctx, domain, token) => tokens.get(`${domain}/${toHex(token)}`),
        burnLimit: () => state.burnLimit,
      },
      issuer: {
        mintingDenom: () => "uusdc",
        mint: (ctx, { recipient, coin }) => {
          bank.mintCoins(ctx, CCTP, [coin]);
          bank.sendCoinsFromModuleToAccount(ctx, CCTP, recipient, [coin]);
        },
        burn: (ctx, { coin }) => bank.burnCoins(ctx, CCTP, [coin]),
      },
      receivers: { notify: (_ctx, receipt) => receipts.push(receipt) },
      bank,
    };
  }

  /** A context over the state itself. */
  context(mode: ExecMode = "finalize"): Context {
    const { height } = this.state;
    const block = { chainId: "test-1", height, timeNs: 0n, proposerAddress: new Uint8Array(20) };
    const gas = new GasMeter(undefined);
    return new Context({ block, mode, gas, events: new EventManager(), stores: this.#stores });
  }

  /** Runs a message in a layer of its own, which is dropped when it fails. */
  send<T>(codec: MessageCodec<T>, message: Partial<T>): Outcome {
    const branch = this.context().branch();
    try {
      const handler = this.router.msg(`/${codec.$type}`);
      // As a transaction brings it: encoded, so that absent fields have their defaults.
      const decoded = handler.request.decode(codec.encode(codec.fromPartial(message)).finish());
      const response = handler.handle(branch.ctx, decoded);
      branch.write();
      return { failure: undefined, events: branch.ctx.events.list(), response };
    } catch (thrown) {
      return { failure: failureOf(thrown), events: [], response: undefined };
    }
  }

  /** The answer of a query. Throws what the handler throws. */
  ask<T>(name: string, request: MessageCodec<T>, fields: Partial<T> = {}): unknown {
    const handler = this.router.query(`/circle.cctp.v2.Query/${name}`);
    if (handler === undefined) throw new Error(`${name} has no handler`);
    return handler.handle(this.context("query"), request.fromPartial(fields));
  }

  /** Gives an account money. */
  fund(address: Uint8Array, amount: bigint): void {
    const ctx = this.context();
    this.bank.mintCoins(ctx, CCTP, [{ denom: "uusdc", amount }]);
    this.bank.sendCoinsFromModuleToAccount(ctx, CCTP, address, [{ denom: "uusdc", amount }]);
  }

  balance(address: Uint8Array): bigint {
    return this.bank.balance(this.context(), address, "uusdc");
  }

  supply(): bigint {
    return this.bank.supply(this.context(), "uusdc");
  }

  /** The whole store of the module, key → value in hex. */
  dump(): Readonly<Record<string, string>> {
    const entries: Record<string, string> = {};
    for (const [key, value] of this.#stores.store(CCTP).iterate()) entries[toHex(key)] = toHex(value);
    return entries;
  }
}
