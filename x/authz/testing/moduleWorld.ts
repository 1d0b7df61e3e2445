// A small chain for tests of x/auth, x/bank, x/authz and of modules beside them: the real modules over a state in memory,
// without blocks and without the checks before a transaction. Starts as scripts/vectors/bankAuthz does.

import type { Event } from "../../../gen/tendermint/abci/types.ts";
import { Context, type ExecMode } from "../../../src/baseapp/context.ts";
import { EventManager } from "../../../src/baseapp/events.ts";
import { GasMeter } from "../../../src/baseapp/gas.ts";
import type { AppModule } from "../../../src/baseapp/module.ts";
import { Router } from "../../../src/baseapp/msgRouter.ts";
import { failureOf, type TxFailure } from "../../../src/baseapp/txResult.ts";
import { encodeAddress } from "../../../src/codec/address.ts";
import { toHex } from "../../../src/codec/bytes.ts";
import { type Coin, coinsToProto, parseCoins } from "../../../src/codec/coins.ts";
import { TypeRegistry } from "../../../src/codec/registry.ts";
import { moduleAddress } from "../../../src/crypto/address.ts";
import { cacheMultiStore } from "../../../src/store/cacheStore.ts";
import { createCommitMultiStore } from "../../../src/store/commitStore.ts";
import type { CacheMultiStore } from "../../../src/store/multiStore.ts";
import { pruningOptions } from "../../../src/store/pruning.ts";
import { AccountKeeper } from "../../auth/keeper.ts";
import { AUTH_STORE } from "../../auth/keys.ts";
import { authModule } from "../../auth/module.ts";
import { DEFAULT_PARAMS } from "../../auth/types.ts";
import { BankKeeper } from "../../bank/keeper.ts";
import { BANK } from "../../bank/keys.ts";
import { bankModule } from "../../bank/module.ts";
import { AUTHORIZATION_KINDS, AuthorizationRegistry } from "../authorization.ts";
import { AuthzKeeper } from "../keeper.ts";
import { AUTHZ } from "../keys.ts";
import { authzModule } from "../module.ts";

/** 2026-01-02T03:04:05.6Z */
export const START_NS = 1_767_323_045_600_000_000n;

const PERMISSIONS = { fee_collector: [], gov: [], mint: ["minter"], furnace: ["burner"] };

/** Bech32 address of the module that may change parameters. */
export const GOV = encodeAddress(moduleAddress("gov"));

/** Twenty equal bytes. */
export function testAddress(byte: number): Uint8Array {
  return new Uint8Array(20).fill(byte);
}

/** The same as bech32 text. */
export function testAddressText(byte: number): string {
  return encodeAddress(testAddress(byte));
}

/** What came of a step. */
export interface Outcome<T> {
  readonly value: T | undefined;
  readonly failure: TxFailure | undefined;
  readonly gas: bigint;
  readonly events: readonly Event[];
}

/** `store/key` in hex → value in hex. */
export type Dump = Readonly<Record<string, string>>;

/** A module besides those that every world has. */
export interface MoreModules {
  readonly storeNames: readonly string[];
  readonly make: (keepers: { readonly accounts: AccountKeeper; readonly bank: BankKeeper }) => readonly AppModule[];
}

const NO_MORE: MoreModules = { storeNames: [], make: () => [] };

/** The modules and their state. */
export class ModuleWorld {
  readonly accounts = new AccountKeeper(PERMISSIONS);
  readonly bank: BankKeeper;
  readonly authz: AuthzKeeper;
  readonly modules: readonly AppModule[];
  readonly registry = new TypeRegistry();
  readonly router: Router;
  readonly #stores: CacheMultiStore;
  timeNs = START_NS;

  constructor(more: MoreModules = NO_MORE) {
    const names = [AUTH_STORE, AUTHZ, BANK, ...more.storeNames];
    this.#stores = cacheMultiStore(createCommitMultiStore({ names, pruning: pruningOptions("nothing") }).latest());
    const blocked = new Set(Object.keys(PERMISSIONS).map((name) => encodeAddress(moduleAddress(name))));
    this.bank = new BankKeeper(this.accounts, blocked);
    const findMsg = (typeUrl: string) => this.router.findMsg(typeUrl);
    this.authz = new AuthzKeeper(this.registry, { findMsg }, new AuthorizationRegistry(AUTHORIZATION_KINDS));
    this.modules = [
      authModule(this.accounts, { address: () => GOV }),
      bankModule(this.bank, { address: () => GOV }),
      authzModule(this.authz, this.accounts, this.bank),
      ...more.make(this),
    ];
    this.router = new Router(this.modules, this.registry);
  }

  /** Accounts 1 and 2 and those of the modules, some money, metadata and a denomination that must not be sent. */
  static started(more?: MoreModules): ModuleWorld {
    const world = new ModuleWorld(more);
    const ctx = world.context("genesis");
    world.accounts.setParams(ctx, DEFAULT_PARAMS);
    for (const byte of [1, 2]) world.accounts.createAccount(ctx, testAddress(byte));
    for (const name of ["fee_collector", "furnace", "gov", "mint"]) world.accounts.ensureModuleAccount(ctx, name);
    const { genesis } = world.modules[1]!;
    const state = {
      params: { sendEnabled: [], defaultSendEnabled: true },
      balances: [
        { address: testAddressText(2), coins: coinsToProto(parseCoins("7uusdc")) },
        { address: testAddressText(1), coins: coinsToProto(parseCoins("500stake,1000000uusdc")) },
      ],
      supply: [],
      denomMetadata: [
        {
          ...{
            name: "USD Coin",
            symbol: "USDC",
            base: "uusdc",
            display: "usdc",
            description: "",
            uri: "",
            uriHash: "",
          },
          denomUnits: [
            { denom: "uusdc", exponent: 0, aliases: [] },
            { denom: "usdc", exponent: 6, aliases: [] },
          ],
        },
      ],
      sendEnabled: [{ denom: "frozen", enabled: false }],
    };
    genesis?.validate(state);
    genesis?.init(ctx, state);
    return world;
  }

  /** A context over the state itself. */
  context(mode: ExecMode = "finalize", gas = new GasMeter(undefined)): Context {
    const block = { chainId: "test-1", height: 1, timeNs: this.timeNs, proposerAddress: new Uint8Array(20) };
    return new Context({ block, mode, gas, events: new EventManager(), stores: this.#stores });
  }

  /** Runs something in a layer of its own, which is dropped when it throws. */
  run<T>(execute: (ctx: Context) => T): Outcome<T> {
    const gas = new GasMeter(undefined);
    const branch = this.context("finalize", gas).branch();
    try {
      const value = execute(branch.ctx);
      branch.write();
      return { value, failure: undefined, gas: gas.consumed, events: branch.ctx.events.list() };
    } catch (thrown) {
      return { value: undefined, failure: failureOf(thrown), gas: gas.consumed, events: [] };
    }
  }

  /** Runs a message as a transaction would, without the checks before it. The value is the encoded response. */
  send(typeUrl: string, bytes: Uint8Array): Outcome<Uint8Array> {
    return this.run((ctx) => {
      const handler = this.router.msg(typeUrl);
      const message = handler.request.decode(bytes);
      handler.validate?.(message);
      return handler.response.encode(handler.handle(ctx, message)).finish();
    });
  }

  /** The encoded answer of a query. Throws what the handler throws. */
  ask(path: string, bytes: Uint8Array): Uint8Array {
    const handler = this.router.query(path);
    if (handler === undefined) throw new Error(`${path} has no handler`);
    return handler.response.encode(handler.handle(this.context("query"), handler.request.decode(bytes))).finish();
  }

  /** Invariants that do not hold. */
  broken(): readonly string[] {
    const ctx = this.context();
    return this.modules
      .flatMap(({ invariants = [] }) => invariants)
      .flatMap(({ name, check }) => {
        const problem = check(ctx);
        return problem === undefined ? [] : [`${name}: ${problem}`];
      });
  }

  balances(byte: number): readonly Coin[] {
    return this.bank.balances(this.context(), testAddress(byte));
  }

  dump(): Dump {
    const all: Record<string, string> = {};
    for (const name of [AUTH_STORE, AUTHZ, BANK]) {
      for (const [key, value] of this.#stores.store(name).iterate()) all[`${name}/${toHex(key)}`] = toHex(value);
    }
    return all;
  }
}
