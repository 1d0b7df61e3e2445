// A small chain for tests of x/orders: the real modules over a state in memory, blocks without consensus, and a burner
// that does what a test tells it.

import { MsgCreateOrder, type MsgCreateOrderResponse, type NewOrder } from "../../../gen/stateset/orders/v1/tx.ts";
import type { Order, Params } from "../../../gen/stateset/orders/v1/types.ts";
import type { Event } from "../../../gen/tendermint/abci/types.ts";
import { Context, type ExecMode } from "../../../src/baseapp/context.ts";
import { EventManager } from "../../../src/baseapp/events.ts";
import { GasMeter } from "../../../src/baseapp/gas.ts";
import type { AppModule } from "../../../src/baseapp/module.ts";
import { Router } from "../../../src/baseapp/msgRouter.ts";
import { failureOf, type TxFailure } from "../../../src/baseapp/txResult.ts";
import { decodeAddress, encodeAddress } from "../../../src/codec/address.ts";
import { ChainError } from "../../../src/codec/chainError.ts";
import { coinsToProto, parseCoins } from "../../../src/codec/coins.ts";
import type { MessageCodec } from "../../../src/codec/message.ts";
import { TypeRegistry } from "../../../src/codec/registry.ts";
import { ErrNotSupported } from "../../../src/codec/sdkErrors.ts";
import { moduleAddress } from "../../../src/crypto/address.ts";
import { cacheMultiStore } from "../../../src/store/cacheStore.ts";
import { createCommitMultiStore } from "../../../src/store/commitStore.ts";
import type { CacheMultiStore } from "../../../src/store/multiStore.ts";
import { pruningOptions } from "../../../src/store/pruning.ts";
import { AccountKeeper } from "../../auth/keeper.ts";
import { AUTH_STORE } from "../../auth/keys.ts";
import { authModule } from "../../auth/module.ts";
import { DEFAULT_PARAMS as AUTH_PARAMS } from "../../auth/types.ts";
import { AUTHORIZATION_KINDS, AuthorizationRegistry } from "../../authz/authorization.ts";
import { AuthzKeeper } from "../../authz/keeper.ts";
import { AUTHZ } from "../../authz/keys.ts";
import { authzModule } from "../../authz/module.ts";
import { BankKeeper } from "../../bank/keeper.ts";
import { BANK } from "../../bank/keys.ts";
import { bankModule } from "../../bank/module.ts";
import type { RefundBurn, RefundBurner } from "../expected.ts";
import { OrdersKeeper } from "../keeper.ts";
import { ORDERS } from "../keys.ts";
import { ordersModule } from "../module.ts";
import { DEFAULT_PARAMS } from "../params.ts";

const SECOND_NS = 1_000_000_000n;
const START_NS = 1_767_323_045_000_000_000n;
const PERMISSIONS = { fee_collector: [], gov: [], orders: ["burner"], mint: ["minter"] };

/** Bech32 address of the authority. */
export const GOV = encodeAddress(moduleAddress("gov"));

function account(byte: number): string {
  return encodeAddress(new Uint8Array(20).fill(byte));
}

/** The people of the tests. Each has 10,000 USDC. */
export const PEOPLE = Object.freeze({
  customer: account(1),
  merchant: account(2),
  operator: account(3),
  arbiter: account(4),
  stranger: account(5),
  partner: account(6),
  relayer: account(7),
});

/** The local CCTP domain of the fake burner. */
export const LOCAL_DOMAIN = 7777;

/** Burns that a test sees, and that it can forbid. */
export class FakeBurner implements RefundBurner {
  readonly burns: RefundBurn[] = [];
  isOpen = true;
  readonly #bank: () => BankKeeper;

  constructor(bank: () => BankKeeper) {
    this.#bank = bank;
  }

  localDomain(): number {
    return LOCAL_DOMAIN;
  }

  depositForBurn(ctx: Context, burn: RefundBurn) {
    if (!this.isOpen) throw new ChainError(ErrNotSupported, "burning is paused");
    this.#bank().burnCoins(ctx, ORDERS, [{ denom: burn.denom, amount: burn.amount }]);
    this.burns.push(burn);
    return { nonce: BigInt(this.burns.length), messageHash: new Uint8Array(32).fill(this.burns.length) };
  }
}

/** What came of a step. */
export interface Outcome<T> {
  readonly value: T | undefined;
  readonly failure: TxFailure | undefined;
  readonly events: readonly Event[];
}

/** The seed's order: 999.99, tax 87.49, shipping 9.99. It makes 1097.47. */
export function sampleOrder(parts: Partial<NewOrder> = {}): NewOrder {
  return MsgCreateOrder.fromPartial({
    order: {
      merchant: PEOPLE.merchant,
      customer: PEOPLE.customer,
      customerId: "cust_123",
      items: [{ sku: "LAPTOP-001", quantity: 1, unitPrice: "999990000" }],
      denom: "uusdc",
      tax: "87490000",
      shippingCost: "9990000",
      total: "1097470000",
      ...parts,
    },
  }).order!;
}

/** The total of `sampleOrder`. */
export const SAMPLE_TOTAL = 1_097_470_000n;

/** The modules and their state. */
export class OrdersWorld {
  readonly accounts = new AccountKeeper(PERMISSIONS);
  readonly bank: BankKeeper;
  readonly burner: FakeBurner;
  readonly orders: OrdersKeeper;
  readonly modules: readonly AppModule[];
  readonly registry = new TypeRegistry();
  readonly router: Router;
  readonly #stores: CacheMultiStore;
  height = 1;
  timeNs = START_NS;

  constructor(params: Partial<Params> = {}) {
    const names = [AUTH_STORE, AUTHZ, BANK, ORDERS];
    this.#stores = cacheMultiStore(createCommitMultiStore({ names, pruning: pruningOptions("nothing") }).latest());
    const blocked = new Set(["fee_collector", "gov", "mint"].map((name) => encodeAddress(moduleAddress(name))));
    this.bank = new BankKeeper(this.accounts, blocked);
    this.burner = new FakeBurner(() => this.bank);
    const authority = { address: () => GOV };
    this.orders = new OrdersKeeper({ bank: this.bank, burner: this.burner, authority });
    const findMsg = (typeUrl: string) => this.router.findMsg(typeUrl);
    const authz = new AuthzKeeper(this.registry, { findMsg }, new AuthorizationRegistry(AUTHORIZATION_KINDS));
    this.modules = [
      authModule(this.accounts, authority),
      bankModule(this.bank, authority, [this.orders]),
      authzModule(authz, this.accounts, this.bank),
      ordersModule(this.orders),
    ];
    this.router = new Router(this.modules, this.registry);
    const ctx = this.context("genesis");
    this.accounts.setParams(ctx, AUTH_PARAMS);
    this.orders.store.setParams(ctx, {
      ...DEFAULT_PARAMS,
      arbiter: PEOPLE.arbiter,
      refundReporters: [PEOPLE.relayer],
      ...params,
    });
    for (const person of Object.values(PEOPLE)) this.fund(person, "10000000000uusdc");
  }

  /** A context over the state itself. */
  context(mode: ExecMode = "finalize"): Context {
    const block = {
      chainId: "test-1",
      height: this.height,
      timeNs: this.timeNs,
      proposerAddress: new Uint8Array(20),
    };
    return new Context({ block, mode, gas: new GasMeter(undefined), events: new EventManager(), stores: this.#stores });
  }

  /** Mints to an account, as a mint of CCTP does: nobody is told. */
  fund(person: string, coins: string): void {
    const ctx = this.context();
    this.bank.mintCoins(ctx, "mint", parseCoins(coins));
    this.bank.sendCoins(ctx, moduleAddress("mint"), decodeAddress(person), parseCoins(coins));
  }

  /** Runs something in a layer of its own, which is dropped when it throws. */
  run<T>(execute: (ctx: Context) => T): Outcome<T> {
    const branch = this.context().branch();
    try {
      const value = execute(branch.ctx);
      branch.write();
      return { value, failure: undefined, events: branch.ctx.events.list() };
    } catch (thrown) {
      return { value: undefined, failure: failureOf(thrown), events: [] };
    }
  }

  /** Runs a message as a transaction would, through its bytes, without the checks before it. */
  send<Req, Res = unknown>(codec: MessageCodec<Req>, message: Partial<Req>): Outcome<Res> {
    const handler = this.router.msg(`/${codec.$type}`);
    const bytes = codec.encode(codec.fromPartial(message)).finish();
    return this.run((ctx) => handler.handle(ctx, handler.request.decode(bytes)) as Res);
  }

  /** As `send`; throws when the message is refused. */
  must<Req, Res = unknown>(codec: MessageCodec<Req>, message: Partial<Req>): Res {
    const { value, failure } = this.send<Req, Res>(codec, message);
    if (failure !== undefined) throw new Error(`${codec.$type}: ${failure.log}`);
    return value!;
  }

  /** Ends the block, and begins one so many seconds later. Gives the events of the end. */
  nextBlock(seconds = 1): readonly Event[] {
    const ctx = this.context();
    for (const module of this.modules) module.endBlock?.(ctx);
    this.height += 1;
    this.timeNs += BigInt(seconds) * SECOND_NS;
    const next = this.context();
    for (const module of this.modules) module.beginBlock?.(next);
    return ctx.events.list();
  }

  /** Makes an order, and gives its id. */
  create(parts: Partial<NewOrder> = {}, creator: string = PEOPLE.customer): string {
    const order = sampleOrder(parts);
    return this.must<MsgCreateOrder, MsgCreateOrderResponse>(MsgCreateOrder, { creator, order }).orderId;
  }

  order(id: string): Order {
    return this.orders.store.requireOrder(this.context(), id);
  }

  balance(person: string): bigint {
    return this.bank.balance(this.context(), decodeAddress(person), "uusdc");
  }

  escrow(): bigint {
    return this.bank.balance(this.context(), moduleAddress(ORDERS), "uusdc");
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

  /** The app state of the module, as export gives it. */
  exported(): unknown {
    return this.modules.at(-1)?.genesis?.export(this.context());
  }
}

/** Coins as messages have them. */
export function coin(amount: bigint | string, denom = "uusdc") {
  return coinsToProto(parseCoins(`${amount}${denom}`))[0]!;
}

/** Names of typed events of this module, in order. */
export function eventNames(events: readonly Event[]): string[] {
  const prefix = "stateset.orders.v1.";
  return events.filter(({ type }) => type.startsWith(prefix)).map(({ type }) => type.slice(prefix.length));
}
