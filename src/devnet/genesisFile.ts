// Makes genesis documents: the application's defaults, with accounts, balances and one validator laid over them.

import { DEFAULT_PARAMS as SLASHING_DEFAULTS } from "../../x/slashing/types.ts";
import { NOT_BONDED_POOL } from "../../x/staking/keys.ts";
import { DEFAULT_PARAMS } from "../../x/staking/types.ts";
import { POWER_REDUCTION } from "../../x/staking/validator.ts";
import { decodeAddress, encodeAddress } from "../codec/address.ts";
import { toBase64, toHex } from "../codec/bytes.ts";
import type { Coin } from "../codec/coins.ts";
import { formatTimeNs, parseTimeNs } from "../codec/time.ts";
import { decodeValidatorAddress, encodeValidatorAddress } from "../codec/validatorAddress.ts";
import type { GenesisDoc } from "../consensus/genesisDoc.ts";
import { addressOfEd25519, moduleAddress } from "../crypto/address.ts";
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
  /**
   * Account that acts for it: takes its rewards, unjails it. Without one it is the address of its key, which nobody can
   * sign for, and `setGenesisOperator` may still name one.
   */
  readonly operator?: string | undefined;
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

/** What each validator has delegated to itself, in whole units of power. */
const VALIDATOR_POWER = 1_000_000n;

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

/** Of the SDK and of x/slashing. */
const DEFAULT_WINDOW = String(SLASHING_DEFAULTS.signedBlocksWindow);
/** A quarter of an hour at ten blocks a second; whoever is there for half of it is not absent. */
const SIGNED_BLOCKS_WINDOW = "10000";

/** The bond token presents itself, too. */
const STAKE_METADATA = {
  description: "What validators put at stake; it is made at genesis and buys nothing",
  denom_units: [
    { denom: "ustake", exponent: 0, aliases: [] },
    { denom: "stake", exponent: 6, aliases: [] },
  ],
  base: "ustake",
  display: "stake",
  name: "Stake",
  symbol: "STAKE",
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

/** A validator as CometBFT's document has it. */
export function genesisValidator({ pubKey, name }: GenesisValidator, power: bigint): GenesisDoc["validators"][number] {
  return {
    address: toHex(addressOfEd25519(pubKey)).toUpperCase(),
    pub_key: { type: "tendermint/PubKeyEd25519", value: toBase64(pubKey) },
    power: power.toString(),
    name,
  };
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
    validators: options.validators.map((validator) => genesisValidator(validator, VALIDATOR_POWER)),
    app_hash: "",
    app_state: withStake(
      {
        ...appState,
        ...patient(section(appState, "slashing")),
        auth: { ...section(appState, "auth"), accounts: authAccounts(accounts) },
        bank: {
          ...section(appState, "bank"),
          balances: bankBalances(accounts),
          denom_metadata: [USDC_METADATA, STAKE_METADATA],
        },
      },
      options.validators,
      formatTimeNs(options.timeNs),
    ),
  };
}

/**
 * Absence is judged over SIGNED_BLOCKS_WINDOW blocks, unless the state says something of its own: at ten blocks a second
 * the SDK's default of 100 would jail whoever restarts.
 */
function patient(slashing: Record<string, unknown>): { readonly slashing?: unknown } {
  const { params } = slashing;
  if (!isRecord(params) || params["signed_blocks_window"] !== DEFAULT_WINDOW) return {};
  return { slashing: { ...slashing, params: { ...params, signed_blocks_window: SIGNED_BLOCKS_WINDOW } } };
}

/** The state with validators that have delegated to themselves, and the tokens for it in the pool. */
function withStake(
  appState: Record<string, unknown>,
  validators: readonly GenesisValidator[],
  time: string,
): Record<string, unknown> {
  const staking = section(appState, "staking");
  const bank = section(appState, "bank");
  const amount = VALIDATOR_POWER * POWER_REDUCTION;
  const denom = bondDenomOf(staking);
  const coins = [{ denom, amount: (amount * BigInt(validators.length)).toString() }];
  const pool = { address: encodeAddress(moduleAddress(NOT_BONDED_POOL)), coins };
  const balances = Array.isArray(bank["balances"]) ? bank["balances"] : [];
  return {
    ...appState,
    bank: { ...bank, balances: validators.length === 0 ? balances : [...balances, pool] },
    staking: { ...staking, ...selfDelegated(validators, { amount, time }) },
  };
}

function bondDenomOf(staking: Readonly<Record<string, unknown>>): string {
  const params = staking["params"];
  const denom = isRecord(params) ? params["bond_denom"] : undefined;
  return typeof denom === "string" ? denom : DEFAULT_PARAMS.bondDenom;
}

function selfDelegated(
  validators: readonly GenesisValidator[],
  { amount, time }: { readonly amount: bigint; readonly time: string },
) {
  const shares = `${amount}.000000000000000000`;
  const named = validators.map((validator) => ({ ...validator, address: operatorOf(validator) }));
  return {
    validators: named.map(({ pubKey, name, address }) => ({
      operator_address: encodeValidatorAddress(address),
      consensus_pubkey: { "@type": "/cosmos.crypto.ed25519.PubKey", key: toBase64(pubKey) },
      status: "BOND_STATUS_UNBONDED",
      tokens: amount.toString(),
      delegator_shares: shares,
      description: { moniker: name },
      commission: {
        commission_rates: { rate: "0.05", max_rate: "0.20", max_change_rate: "0.01" },
        update_time: time,
      },
      min_self_delegation: "1",
    })),
    delegations: named.map(({ address }) => ({
      delegator_address: encodeAddress(address),
      validator_address: encodeValidatorAddress(address),
      shares,
    })),
  };
}

function operatorOf({ operator, pubKey }: GenesisValidator): Uint8Array {
  return operator === undefined ? addressOfEd25519(pubKey) : decodeAddress(operator);
}

/**
 * The document with another operator of a validator, which is named by its moniker, or is the only one. Throws an Error when
 * there is no such validator, or the operator has one already.
 */
export function setGenesisOperator(doc: GenesisDoc, operator: string, moniker?: string): GenesisDoc {
  const staking = section(doc.app_state, "staking");
  const list = (key: string) => (Array.isArray(staking[key]) ? staking[key].filter(isRecord) : []);
  const validators = list("validators");
  const isMeant = (validator: Record<string, unknown>) =>
    moniker === undefined
      ? validators.length === 1
      : isRecord(validator["description"]) && validator["description"]["moniker"] === moniker;
  const found = validators.filter(isMeant);
  const before = found[0]?.["operator_address"];
  if (found.length !== 1 || typeof before !== "string") {
    throw new Error(`expected one validator ${moniker ?? "in all"}, found ${found.length}`);
  }
  const account = decodeAddress(operator);
  const after = encodeValidatorAddress(account);
  if (validators.some((validator) => validator["operator_address"] === after)) {
    throw new Error(`${operator} is the operator of a validator already`);
  }
  const formerDelegator = encodeAddress(decodeValidatorAddress(before));
  const delegations = list("delegations").map((delegation) => {
    if (delegation["validator_address"] !== before) return delegation;
    const isOwn = delegation["delegator_address"] === formerDelegator;
    return { ...delegation, validator_address: after, ...(isOwn ? { delegator_address: encodeAddress(account) } : {}) };
  });
  const renamed = validators.map((validator) =>
    isMeant(validator) ? { ...validator, operator_address: after } : validator,
  );
  return { ...doc, app_state: { ...doc.app_state, staking: { ...staking, validators: renamed, delegations } } };
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
