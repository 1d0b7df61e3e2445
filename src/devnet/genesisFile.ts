// Makes genesis documents: the application's defaults, with accounts, balances and one validator laid over them.

import { toBase64, toHex } from "../codec/bytes.ts";
import type { Coin } from "../codec/coins.ts";
import { formatTimeNs, parseTimeNs } from "../codec/time.ts";
import type { GenesisDoc } from "../consensus/genesisDoc.ts";
import { addressOfEd25519 } from "../crypto/address.ts";
import {
  checkGenesisValidator,
  inCometShape,
  isRecord,
  parseConsensusParams,
  requireRecord,
  requireText,
} from "./genesisShape.ts";

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

/** Throws an Error unless it is what CometBFT takes for a chain id: 1 to 50 characters (types/genesis.go). */
export function checkChainId(chainId: string): void {
  if (chainId === "" || chainId.length > CHAIN_ID_LENGTH_MAX) {
    throw new Error(`chain_id: expected 1 to ${CHAIN_ID_LENGTH_MAX} characters`);
  }
}

/**
 * A genesis document in CometBFT's shape, from that or from the SDK's; not the modules' states. Throws an Error that names
 * what is wrong.
 */
export function parseGenesisDoc(given: unknown): GenesisDoc {
  const json = inCometShape(given);
  checkChainId(requireText(json, "chain_id"));
  parseTimeNs(requireText(json, "genesis_time"));
  if (!/^[1-9][0-9]{0,14}$/.test(requireText(json, "initial_height")))
    throw new Error("initial_height: expected a height");
  const params = requireRecord(json, "consensus_params");
  const parsed = parseConsensusParams(params);
  const { validators } = json;
  if (!Array.isArray(validators) || validators.length < 1 || validators.length > VALIDATORS_MAX) {
    throw new Error(`validators: expected 1 to ${VALIDATORS_MAX}`);
  }
  validators.forEach(checkGenesisValidator);
  requireRecord(json, "app_state");
  requireText(json, "app_hash");
  // Every field that the node reads has been checked above.
  return (parsed === params ? json : { ...json, consensus_params: parsed }) as unknown as GenesisDoc;
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
