// A chain with eight people, and the books of an independent bookkeeper beside it. Actions are entered in the books when
// they are planned; a block then runs them as signed transactions, and whatever differs from the books is told.

import { GenericAuthorization } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import { MsgExec } from "../../gen/cosmos/authz/v1beta1/tx.ts";
import { MsgSend } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import type { Event } from "../../gen/tendermint/abci/types.ts";
import { cctpModuleAddress, evmAddressOfPublicKey } from "../../src/cctp/addresses.ts";
import { decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import { fromBase64, fromHex, toHex } from "../../src/codec/bytes.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { addressOfSecp256k1, moduleAddress } from "../../src/crypto/address.ts";
import { publicKeyOf } from "../../src/crypto/secp256k1.ts";
import { prefixStore } from "../../src/store/prefixStore.ts";
import { CCTP, USED_NONCE_PREFIX } from "../../x/cctp/v2/keys.ts";
import { makeId } from "../../x/orders/ids.ts";
import type { ChainApp } from "../app.ts";
import { emptyApp } from "../genesis.ts";
import { CctpRules } from "./cctpRules.ts";
import { ESCROW, FEES, Ledger, REWARDS, type Refusal } from "./ledger.ts";
import { ATTESTER_KEYS, LOCAL_DOMAIN, linkedState, remoteUsdcOf, tokenMessengerOf } from "./linkedChain.ts";
import { type OrderFact, OrderRules } from "./orderRules.ts";
import { signTestTx } from "./signTestTx.ts";
import { CHAIN_ID, GENESIS_NS, makeBlock, startChain, testAppState, timeNsOf } from "./testChain.ts";

/** Domains that are linked at genesis. */
export const DOMAINS: readonly number[] = [0, 3];
const MONEY = 1_000_000_000_000n;
const ALLOWANCE = 10n ** 15n;
const FEE = 20_000n;
const NS_PER_SECOND = 1_000_000_000n;

/** A person of the test. */
export interface Person {
  readonly index: number;
  readonly privKey: Uint8Array;
  readonly address: string;
  /** 20 bytes in hex. */
  readonly hex: string;
}

const NAMES = ["operator", "customer", "merchant", "relayer", "burner", "stranger", "deputy", "payer"] as const;

function personAt(index: number): Person {
  const privKey = new Uint8Array(32).fill(index + 1);
  const bytes = addressOfSecp256k1(publicKeyOf(privKey));
  return { index, privKey, address: encodeAddress(bytes), hex: toHex(bytes) };
}

/** The people; the operator has every role at first. */
export const PEOPLE: Readonly<Record<(typeof NAMES)[number], Person>> = Object.freeze(
  // Each name has its person.
  Object.fromEntries(NAMES.map((name, index) => [name, personAt(index)])) as Record<(typeof NAMES)[number], Person>,
);
export const EVERYBODY: readonly Person[] = Object.values(PEOPLE);
/** Executes messages for the others where a world is run by x/authz. */
const AGENT = personAt(NAMES.length);
const ACCOUNTS: readonly Person[] = [...EVERYBODY, AGENT];

const MODULES: ReadonlyMap<string, string> = new Map(
  [ESCROW, FEES, REWARDS, "gov", "cctp", "fiat-tokenfactory"].map((name) => [toHex(moduleAddress(name)), name]),
);

/** The ledger's name of 20 bytes in hex. */
export function accountOf(hex: string): string {
  return MODULES.get(hex) ?? encodeAddress(fromHex(hex));
}

/** The ledger's name of bech32 text. */
export function accountOfText(address: string): string {
  return accountOf(toHex(decodeAddress(address)));
}

/** A transaction of one message, with what the books say will come of it. */
interface Planned {
  readonly what: string;
  readonly bytes: Uint8Array;
  readonly refusal: Refusal;
  /** Messages that it emits, in order. */
  readonly emitted: readonly Uint8Array[];
}

const STATUS: Readonly<Record<OrderFact["status"], number>> = { created: 1, paid: 2, cancelled: 7, refunded: 9 };
const PHASES: readonly string[] = ["unspecified", "pending", "burned", "attested", "completed", "failed", "claimable"];

/** Grants of everybody to the agent, for every message of the services. */
function grants(app: ChainApp): readonly object[] {
  const services = app.registry.services().filter(({ name }) => /^(circle|stateset)\..*\.Msg$/.test(name));
  const types = services.flatMap(({ methods }) => methods.map(({ inputType }) => inputType));
  return EVERYBODY.flatMap(({ address: granter }) =>
    [...types, MsgSend.$type].map((type) => ({
      ...{ granter, grantee: AGENT.address, expiration: null },
      authorization: { "@type": `/${GenericAuthorization.$type}`, msg: `/${type}` },
    })),
  );
}

function appState(app: ChainApp): Record<string, unknown> {
  const base = testAppState() as Record<string, Record<string, unknown>>;
  const accounts = ACCOUNTS.map(({ address, index }) => ({
    "@type": "/cosmos.auth.v1beta1.BaseAccount",
    ...{ address, account_number: String(index), sequence: "0" },
  }));
  const coins = [{ denom: "uusdc", amount: MONEY.toString() }];
  const state = {
    ...base,
    auth: { ...base["auth"], accounts },
    bank: { ...base["bank"], balances: ACCOUNTS.map(({ address }) => ({ address, coins })) },
    authz: { authorization: grants(app) },
    "fiat-tokenfactory": { ...base["fiat-tokenfactory"], mint_allowance: ALLOWANCE.toString() },
  };
  return linkedState(state, { domains: DOMAINS, operator: PEOPLE.operator.address, strictEvm: true });
}

/** The chain and the books. */
export class CrossChainWorld {
  readonly app: ChainApp;
  readonly ledger: Ledger;
  readonly cctp: CctpRules;
  readonly orders: OrderRules;
  readonly #sequences = ACCOUNTS.map(() => 0n);
  readonly #isByAgent: boolean;
  #planned: Planned[] = [];
  /** How often each message passed and was refused. */
  readonly passed = new Map<string, number>();
  readonly refused = new Map<string, number>();

  /** `isByAgent` runs every message by x/authz, executed by an agent for its signer. */
  constructor({ isByAgent }: { readonly isByAgent: boolean }) {
    this.#isByAgent = isByAgent;
    this.app = emptyApp();
    startChain(this.app, appState(this.app));
    makeBlock(this.app);
    this.ledger = new Ledger(new Set([FEES, REWARDS, "gov", "cctp", "fiat-tokenfactory"]));
    for (const { address } of ACCOUNTS) this.ledger.endow(address, MONEY);
    this.ledger.allowance = ALLOWANCE;
    this.cctp = new CctpRules({
      ledger: this.ledger,
      localDomain: LOCAL_DOMAIN,
      module: toHex(cctpModuleAddress()),
      attesterAddresses: ATTESTER_KEYS.map((key) => toHex(evmAddressOfPublicKey(publicKeyOf(key)))),
      accountOf,
      operator: PEOPLE.operator.address,
    });
    for (const state of [this.cctp.v1, this.cctp.v2]) {
      for (const index of [0, 1]) state.attesters.add(index);
      state.threshold = 2;
      for (const domain of DOMAINS) state.messengers.set(domain, toHex(tokenMessengerOf(domain)));
    }
    for (const domain of DOMAINS) this.cctp.pairs.set(`${domain}/${toHex(remoteUsdcOf(domain))}`, "uusdc");
    this.orders = new OrderRules(this.cctp);
  }

  /** Height and time of the block that is being planned. */
  get height(): number {
    return this.app.block.height + 1;
  }

  get nowSeconds(): bigint {
    return (timeNsOf(this.height) - GENESIS_NS) / NS_PER_SECOND;
  }

  /** Plans a transaction. The books have its effect already, but for the fee. */
  plan<T>(
    signer: Person,
    codec: MessageCodec<T>,
    message: Partial<T>,
    outcome: { readonly refusal: Refusal; readonly emitted?: readonly Uint8Array[] },
  ): void {
    const inner = { typeUrl: `/${codec.$type}`, value: codec.encode(codec.fromPartial(message)).finish() };
    const exec = MsgExec.encode({ grantee: AGENT.address, msgs: [inner] }).finish();
    const sent = this.#isByAgent ? { typeUrl: `/${MsgExec.$type}`, value: exec } : inner;
    const { index, privKey, address } = this.#isByAgent ? AGENT : signer;
    const sequence = this.#sequences[index] ?? 0n;
    this.#sequences[index] = sequence + 1n;
    this.ledger.move(address, FEES, FEE);
    const bytes = signTestTx({
      ...{ chainId: CHAIN_ID, privKey, accountNumber: BigInt(index), sequence },
      ...{ messages: [sent], fee: `${FEE}uusdc`, gasLimit: 4_000_000n },
    });
    const name = codec.$type;
    const what = `${name} by ${NAMES[signer.index]}, expected ${outcome.refusal ?? "to pass"}`;
    this.#planned.push({ what, bytes, refusal: outcome.refusal, emitted: outcome.emitted ?? [] });
    const counts = outcome.refusal === undefined ? this.passed : this.refused;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }

  /** Runs the block. Gives what differs from the books, and what invariants are broken. */
  runBlock(): readonly string[] {
    const planned = this.#planned;
    this.#planned = [];
    this.orders.endBlock(this.nowSeconds);
    const { txResults } = makeBlock(
      this.app,
      planned.map(({ bytes }) => bytes),
    );
    const differences = planned.flatMap(({ what, refusal, emitted }, index) => {
      const { code = -1, codespace = "", log = "", events = [] } = txResults[index] ?? {};
      const actual = code === 0 ? undefined : `${codespace} ${code}`;
      if (actual !== refusal) return [`${what}: ${log || "passed"}`];
      return sameMessages(sentMessages(events), emitted) ? [] : [`${what}: other messages were sent`];
    });
    const money = this.#moneyDifferences();
    // The next block begins with it.
    this.ledger.move(FEES, REWARDS, this.ledger.balance(FEES));
    return [...differences, ...money, ...this.#orderDifferences(), ...this.app.brokenInvariants()];
  }

  #moneyDifferences(): readonly string[] {
    const { app, ledger, cctp } = this;
    const ctx = app.queryContext();
    const found: string[] = [];
    const compare = (what: string, actual: unknown, expected: unknown) => {
      if (String(actual) !== String(expected)) found.push(`${what} is ${actual}, expected ${expected}`);
    };
    compare("supply", app.bank.supply(ctx, "uusdc"), ledger.supply);
    compare("escrow", ledger.balance(ESCROW), this.orders.escrow());
    const named = [...MODULES].map(([hex, name]) => [name, fromHex(hex)] as const);
    const others = [...ledger.balances.keys()].filter((name) => name.startsWith("stateset1"));
    for (const [name, bytes] of [...named, ...others.map((text) => [text, decodeAddress(text)] as const)]) {
      compare(`balance of ${name}`, app.bank.balance(ctx, bytes, "uusdc"), ledger.balance(name));
    }
    for (const domain of new Set([...ledger.minted.keys(), ...ledger.burned.keys()])) {
      const { minted, burned } = app.issuer.remoteDomain(ctx, domain);
      compare(`minted for ${domain}`, minted, ledger.minted.get(domain) ?? 0n);
      compare(`burned towards ${domain}`, burned, ledger.burned.get(domain) ?? 0n);
    }
    compare("allowance", app.issuer.allowance(ctx), ledger.allowance);
    compare("next nonce", app.cctp.nextNonce(ctx), cctp.nextNonce);
    compare("used nonces of V1", [...app.cctp.usedNonceStore(ctx).iterate()].length, cctp.v1.used.size);
    const usedV2 = prefixStore(ctx.stores.store(CCTP), USED_NONCE_PREFIX);
    compare("used nonces of V2", [...usedV2.iterate()].length, cctp.v2.used.size);
    return found;
  }

  #orderDifferences(): readonly string[] {
    const ctx = this.app.queryContext();
    const { store } = this.app.orders;
    return [...this.orders.orders.values()].flatMap((fact) => {
      const order = store.getOrder(ctx, fact.id);
      if (order === undefined) return [`${fact.id} is not there`];
      const { amountPaid, amountEscrowed, amountRefunding, amountRefunded, amountExcess } = order;
      const actual = [order.status, amountPaid, amountEscrowed, amountRefunding, amountRefunded, amountExcess].join();
      const { paid, escrowed, refunding, refunded, excess } = fact;
      const expected = [STATUS[fact.status], paid, escrowed, refunding, refunded, excess].join();
      const phases = fact.refunds.map((_, index) => {
        const id = refundIdOf(fact, index);
        return PHASES[store.getRefund(ctx, id)?.phase ?? 0];
      });
      const planned = fact.refunds.map(({ phase }) => phase);
      if (actual === expected && phases.join() === planned.join()) return [];
      return [`${fact.id} is ${actual} ${phases}, expected ${expected} ${planned}`];
    });
  }
}

/** The id of an order's refund, counted from 0. */
export function refundIdOf({ id }: OrderFact, index: number): string {
  return makeId("ref", CHAIN_ID, id, BigInt(index + 1));
}

function sentMessages(events: readonly Event[]): readonly Uint8Array[] {
  return events
    .filter(({ type }) => /^circle\.cctp\.v[12]\.MessageSent$/.test(type))
    .map(({ attributes }) => fromBase64(JSON.parse(attributes.find(({ key }) => key === "message")?.value ?? '""')));
}

function sameMessages(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): boolean {
  return actual.map(toHex).join() === expected.map(toHex).join();
}
