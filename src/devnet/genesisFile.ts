// Makes genesis documents: the application's defaults, with accounts, balances and one validator laid over them.

import { toBase64, toHex } from "../codec/bytes.ts";
import type { Coin } from "../codec/coins.ts";
import { formatTimeNs, parseTimeNs } from "../codec/time.ts";
import type { GenesisDoc } from "../consensus/genesisDoc.ts";
import { addressOfEd25519 } from "../crypto/address.ts";

/** An account that exists from the start. */
export interface GenesisAccount {
  readonly address: string;
  readonly coins: readonly Coin[];
}

/** A validator from the start. */
export interface GenesisValidator {
  /** 32-byte ed25519 key. */
  readonly pubKey: Uint8Array;
  readonly name: string;
}

/** What a genesis document is made of. */
export interface GenesisOptions {
  readonly chainId: string;
  /** Nanoseconds since 1970. */
  readonly timeNs: bigint;
  /** In any order, each with the same power; the embedded node runs with one. */
  readonly validators: readonly GenesisValidator[];
  /** Account numbers follow the order of this list. */
  readonly accounts: readonly GenesisAccount[];
  /** The application's default state, module by module. */
  readonly appState: Readonly<Record<string, unknown>>;
}

const VALIDATOR_POWER = "10";

/** How uusdc presents itself to wallets. */
const USDC_METADATA = {
  description: "USD Coin, minted and burned by Circle's Cross-Chain Transfer Protocol",
  denom_units: [
    { denom: "uusdc", exponent: 0, aliases: ["microusdc"] },
    { denom: "usdc", exponent: 6, aliases: [] },
  ],
  base: "uusdc",
  display: "usdc",
  name: "USD Coin",
  symbol: "USDC",
  uri: "",
  uri_hash: "",
};

function authAccounts(accounts: readonly GenesisAccount[]): unknown[] {
  return accounts.map(({ address }, index) => ({
    "@type": "/cosmos.auth.v1beta1.BaseAccount",
    address,
    pub_key: null,
    account_number: String(index),
    sequence: "0",
  }));
}

function bankBalances(accounts: readonly GenesisAccount[]): unknown[] {
  return accounts
    .filter(({ coins }) => coins.length > 0)
    .map(({ address, coins }) => ({
      address,
      coins: coins.map(({ denom, amount }) => ({ denom, amount: amount.toString() })),
    }));
}

function section(appState: Readonly<Record<string, unknown>>, name: string): Record<string, unknown> {
  const value = appState[name];
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** A genesis document with CometBFT's default consensus parameters. The bank fills in the supply from the balances. */
export function createGenesisDoc(options: GenesisOptions): GenesisDoc {
  const { accounts, appState } = options;
  return {
    genesis_time: formatTimeNs(options.timeNs),
    chain_id: options.chainId,
    initial_height: "1",
    consensus_params: {
      block: { max_bytes: "22020096", max_gas: "-1" },
      evidence: { max_age_num_blocks: "100000", max_age_duration: "172800000000000", max_bytes: "1048576" },
      validator: { pub_key_types: ["ed25519"] },
      version: {},
      abci: { vote_extensions_enable_height: "0" },
    },
    validators: options.validators.map(({ pubKey, name }) => ({
      address: toHex(addressOfEd25519(pubKey)).toUpperCase(),
      pub_key: { type: "tendermint/PubKeyEd25519", value: toBase64(pubKey) },
      power: VALIDATOR_POWER,
      name,
    })),
    app_hash: "",
    app_state: {
      ...appState,
      auth: { ...section(appState, "auth"), accounts: authAccounts(accounts) },
      bank: { ...section(appState, "bank"), balances: bankBalances(accounts), denom_metadata: [USDC_METADATA] },
    },
  };
}

const CHAIN_ID_LENGTH_MAX = 50;
/** types/vote_set.go MaxVotesCount of CometBFT. The embedded node takes one. */
const VALIDATORS_MAX = 10_000;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function requireText(parent: Record<string, unknown>, key: string): string {
  const value = parent[key];
  if (typeof value !== "string") throw new Error(`${key}: expected text`);
  return value;
}

function requireRecord(parent: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = parent[key];
  if (!isRecord(value)) throw new Error(`${key}: expected an object`);
  return value;
}

/** Checks the shape of a genesis document (not the modules' states). Throws an Error that names what is wrong. */
export function parseGenesisDoc(json: unknown): GenesisDoc {
  if (!isRecord(json)) throw new Error("expected an object");
  const chainId = requireText(json, "chain_id");
  if (chainId === "" || chainId.length > CHAIN_ID_LENGTH_MAX) {
    throw new Error(`chain_id: expected 1 to ${CHAIN_ID_LENGTH_MAX} characters`);
  }
  parseTimeNs(requireText(json, "genesis_time"));
  if (!/^[1-9][0-9]{0,14}$/.test(requireText(json, "initial_height")))
    throw new Error("initial_height: expected a height");
  const params = requireRecord(json, "consensus_params");
  const block = requireRecord(params, "block");
  for (const key of ["max_bytes", "max_gas"]) {
    if (!/^(-1|[0-9]{1,18})$/.test(requireText(block, key))) throw new Error(`block.${key}: expected a number`);
  }
  const { validators } = json;
  if (!Array.isArray(validators) || validators.length < 1 || validators.length > VALIDATORS_MAX) {
    throw new Error(`validators: expected 1 to ${VALIDATORS_MAX}`);
  }
  requireRecord(json, "app_state");
  // Every field that the node reads has been checked above.
  return json as unknown as GenesisDoc;
}

/** The document with one more account. Throws an Error when it is there already. */
export function addGenesisAccount(doc: GenesisDoc, account: GenesisAccount): GenesisDoc {
  const auth = section(doc.app_state, "auth");
  const bank = section(doc.app_state, "bank");
  const accounts = Array.isArray(auth["accounts"]) ? auth["accounts"] : [];
  const balances = Array.isArray(bank["balances"]) ? bank["balances"] : [];
  if (accounts.some((entry: unknown) => isRecord(entry) && entry["address"] === account.address)) {
    throw new Error(`${account.address} is in the genesis already`);
  }
  const [added] = authAccounts([account]);
  const numbered = { ...(added as Record<string, unknown>), account_number: String(accounts.length) };
  return {
    ...doc,
    app_state: {
      ...doc.app_state,
      auth: { ...auth, accounts: [...accounts, numbered] },
      bank: { ...bank, balances: [...balances, ...bankBalances([account])] },
    },
  };
}

/** The document with another account that may change parameters (x/authority). */
export function setGenesisAuthority(doc: GenesisDoc, authority: string): GenesisDoc {
  const state = section(doc.app_state, "authority");
  return { ...doc, app_state: { ...doc.app_state, authority: { ...state, authority } } };
}
