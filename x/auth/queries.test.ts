// Cases: every query, with what it says of accounts of people and of modules; what is refused, with its gRPC status; pages;
// parameters that the authority changes, and others do not; genesis.

import { describe, expect, test } from "vitest";
import { BaseAccount, ModuleAccount } from "../../gen/cosmos/auth/v1beta1/auth.ts";
import { GenesisState } from "../../gen/cosmos/auth/v1beta1/genesis.ts";
import {
  AddressBytesToStringRequest,
  AddressBytesToStringResponse,
  AddressStringToBytesRequest,
  AddressStringToBytesResponse,
  Bech32PrefixRequest,
  Bech32PrefixResponse,
  QueryAccountAddressByIDRequest,
  QueryAccountAddressByIDResponse,
  QueryAccountInfoRequest,
  QueryAccountInfoResponse,
  QueryAccountRequest,
  QueryAccountResponse,
  QueryAccountsRequest,
  QueryAccountsResponse,
  QueryModuleAccountByNameRequest,
  QueryModuleAccountByNameResponse,
  QueryModuleAccountsRequest,
  QueryModuleAccountsResponse,
  QueryParamsRequest,
  QueryParamsResponse,
} from "../../gen/cosmos/auth/v1beta1/query.ts";
import { MsgUpdateParams } from "../../gen/cosmos/auth/v1beta1/tx.ts";
import { PageRequest } from "../../gen/cosmos/base/query/v1beta1/pagination.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import type { ModuleGenesis } from "../../src/baseapp/module.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import { encodePubKey } from "../../src/crypto/pubKey.ts";
import { GOV, ModuleWorld, testAddress, testAddressText } from "../authz/testing/moduleWorld.ts";
import { DEFAULT_PARAMS } from "./types.ts";

const [A, B, NOBODY] = [1, 2, 3].map(testAddressText) as [string, string, string];
const KEY = encodePubKey({ kind: "secp256k1", key: new Uint8Array(33).fill(2) });

/** Accounts 1 and 2, of which the first has signed, and four of modules. */
function newWorld(): ModuleWorld {
  const world = ModuleWorld.started();
  world.run((ctx) => {
    const account = world.accounts.getAccount(ctx, testAddress(1));
    if (account !== undefined) world.accounts.setAccount(ctx, { ...account, pubKey: KEY, sequence: 7n });
  });
  return world;
}

/** Asks `method` in the types of its request and response. */
function ask<Req, Res>(method: string, types: readonly [MessageCodec<Req>, MessageCodec<Res>], request: Req): Res {
  const path = `/cosmos.auth.v1beta1.Query/${method}`;
  return types[1].decode(newWorld().ask(path, types[0].encode(request).finish()));
}

const ACCOUNT = [QueryAccountRequest, QueryAccountResponse] as const;
const ACCOUNTS = [QueryAccountsRequest, QueryAccountsResponse] as const;
const INFO = [QueryAccountInfoRequest, QueryAccountInfoResponse] as const;
const BY_ID = [QueryAccountAddressByIDRequest, QueryAccountAddressByIDResponse] as const;
const BY_NAME = [QueryModuleAccountByNameRequest, QueryModuleAccountByNameResponse] as const;
const TO_STRING = [AddressBytesToStringRequest, AddressBytesToStringResponse] as const;
const TO_BYTES = [AddressStringToBytesRequest, AddressStringToBytesResponse] as const;

function moduleIn(any: Any | undefined): ModuleAccount {
  expect(any?.typeUrl).toBe("/cosmos.auth.v1beta1.ModuleAccount");
  return ModuleAccount.decode(any?.value ?? new Uint8Array(0));
}

describe("queries", () => {
  test("default: an account as it is stored, and its base alone", () => {
    const { account } = ask("Account", ACCOUNT, { address: A });
    expect(account?.typeUrl).toBe("/cosmos.auth.v1beta1.BaseAccount");
    const expected = { address: A, pubKey: KEY, accountNumber: 0n, sequence: 7n };
    expect(BaseAccount.decode(account?.value ?? new Uint8Array(0))).toEqual(expected);
    expect(ask("AccountInfo", INFO, { address: A }).info).toEqual(expected);
  });

  test("behavior: a module's account has a name and permissions; its base is an account like others", () => {
    const address = encodeAddress(moduleAddress("mint"));
    expect(moduleIn(ask("Account", ACCOUNT, { address }).account)).toMatchObject({
      name: "mint",
      permissions: ["minter"],
    });
    expect(ask("AccountInfo", INFO, { address }).info).toMatchObject({ address, pubKey: undefined, accountNumber: 5n });
  });

  test("default: the address of a number", () => {
    expect(ask("AccountAddressByID", BY_ID, { id: 0n, accountId: 1n }).accountAddress).toBe(B);
  });

  test("default: modules, all and by name", () => {
    const types = [QueryModuleAccountsRequest, QueryModuleAccountsResponse] as const;
    const names = ask("ModuleAccounts", types, {}).accounts.map((account) => moduleIn(account).name);
    expect(names).toEqual(["fee_collector", "furnace", "gov", "mint"]);
    expect(moduleIn(ask("ModuleAccountByName", BY_NAME, { name: "furnace" }).account).permissions).toEqual(["burner"]);
  });

  test("default: parameters, prefix, addresses in both forms", () => {
    const params = [QueryParamsRequest, QueryParamsResponse] as const;
    expect(ask("Params", params, {}).params).toEqual(DEFAULT_PARAMS);
    const prefix = [Bech32PrefixRequest, Bech32PrefixResponse] as const;
    expect(ask("Bech32Prefix", prefix, {}).bech32Prefix).toBe("stateset");
    expect(ask("AddressBytesToString", TO_STRING, { addressBytes: testAddress(1) }).addressString).toBe(A);
    expect(ask("AddressStringToBytes", TO_BYTES, { addressString: A }).addressBytes).toEqual(testAddress(1));
  });

  test("behavior: accounts page by page, in the order of their addresses", () => {
    const pageOf = (page: Partial<PageRequest>) =>
      ask("Accounts", ACCOUNTS, { pagination: PageRequest.fromPartial(page) });
    const whole = ask("Accounts", ACCOUNTS, { pagination: undefined });
    expect(whole.accounts).toHaveLength(6);
    expect(whole.pagination?.total).toBe(6n);
    const first = pageOf({ limit: 4n });
    const rest = pageOf({ key: first.pagination?.nextKey ?? new Uint8Array(0) });
    expect([...first.accounts, ...rest.accounts]).toEqual(whole.accounts);
    expect(pageOf({ limit: 6n, reverse: true }).accounts).toEqual(whole.accounts.toReversed());
  });

  test.each<[string, () => unknown, number, string]>([
    [
      "an account that is not there",
      () => ask("Account", ACCOUNT, { address: NOBODY }),
      5,
      `account ${NOBODY} not found`,
    ],
    ["no address", () => ask("Account", ACCOUNT, { address: "" }), 3, "Address cannot be empty"],
    ["a malformed address", () => ask("Account", ACCOUNT, { address: "x" }), 3, "decoding bech32 failed"],
    [
      "another chain's address",
      () => ask("Account", ACCOUNT, { address: "cosmos1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqnrql8a" }),
      3,
      "prefix",
    ],
    ["the base of an account that is not there", () => ask("AccountInfo", INFO, { address: NOBODY }), 5, "not found"],
    [
      "a number that is not given",
      () => ask("AccountAddressByID", BY_ID, { id: 0n, accountId: 99n }),
      5,
      "account number 99",
    ],
    [
      "the field before it was a number",
      () => ask("AccountAddressByID", BY_ID, { id: 1n, accountId: 0n }),
      3,
      "try to request using account-id",
    ],
    [
      "a module that has no account",
      () => ask("ModuleAccountByName", BY_NAME, { name: "shop" }),
      5,
      "account shop not found",
    ],
    ["a module without a name", () => ask("ModuleAccountByName", BY_NAME, { name: "" }), 3, "module name is empty"],
    [
      "no bytes",
      () => ask("AddressBytesToString", TO_STRING, { addressBytes: new Uint8Array(0) }),
      3,
      "empty address bytes",
    ],
    [
      "too many bytes",
      () => ask("AddressBytesToString", TO_STRING, { addressBytes: new Uint8Array(256) }),
      3,
      "address bytes",
    ],
    ["no text", () => ask("AddressStringToBytes", TO_BYTES, { addressString: "" }), 3, "Address cannot be empty"],
    [
      "too long a page",
      () => ask("Accounts", ACCOUNTS, { pagination: PageRequest.fromPartial({ limit: 1001n }) }),
      3,
      "above 1000",
    ],
  ])("error: %s", (_what, run, status, message) => {
    expect(run).toThrow(expect.objectContaining({ status, message: expect.stringContaining(message) }));
  });
});

describe("MsgUpdateParams", () => {
  const update = (world: ModuleWorld, message: Partial<MsgUpdateParams>) =>
    world.send(`/${MsgUpdateParams.$type}`, MsgUpdateParams.encode(MsgUpdateParams.fromPartial(message)).finish());

  test("default: the authority replaces them", () => {
    const world = newWorld();
    const params = { ...DEFAULT_PARAMS, maxMemoCharacters: 9n };
    expect(update(world, { authority: GOV, params }).failure).toBeUndefined();
    expect(world.accounts.params(world.context())).toEqual(params);
  });

  test.each<[string, Partial<MsgUpdateParams>, string, number, string]>([
    ["somebody else", { authority: A, params: DEFAULT_PARAMS }, "gov", 13, "invalid authority"],
    ["somebody else, and nothing sensible", { authority: A }, "gov", 13, "invalid authority"],
    ["no parameters", { authority: GOV }, "sdk", 18, "params are missing"],
    ["no signatures", { authority: GOV, params: { ...DEFAULT_PARAMS, txSigLimit: 0n } }, "sdk", 18, "signature limit"],
    ["no memo", { authority: GOV, params: { ...DEFAULT_PARAMS, maxMemoCharacters: 0n } }, "sdk", 18, "memo characters"],
    [
      "bytes for nothing",
      { authority: GOV, params: { ...DEFAULT_PARAMS, txSizeCostPerByte: 0n } },
      "sdk",
      18,
      "per byte",
    ],
    [
      "ed25519 for nothing",
      { authority: GOV, params: { ...DEFAULT_PARAMS, sigVerifyCostEd25519: 0n } },
      "sdk",
      18,
      "ED25519",
    ],
    [
      "secp256k1 for nothing",
      { authority: GOV, params: { ...DEFAULT_PARAMS, sigVerifyCostSecp256k1: 0n } },
      "sdk",
      18,
      "SECK256k1",
    ],
  ])("error: %s", (_what, message, codespace, code, text) => {
    const world = newWorld();
    const before = world.dump();
    const { failure } = update(world, message);
    expect(failure).toMatchObject({ codespace, code });
    expect(failure?.log).toContain(text);
    expect(world.dump()).toEqual(before);
  });
});

describe("genesis", () => {
  function genesisOf(world: ModuleWorld): ModuleGenesis<GenesisState> {
    const genesis = world.modules[0]?.genesis;
    if (genesis === undefined) throw new Error("x/auth has a genesis");
    return genesis as ModuleGenesis<GenesisState>;
  }

  function baseAny(address: string, accountNumber: bigint): Any {
    const value = BaseAccount.encode(BaseAccount.fromPartial({ address, accountNumber })).finish();
    return { typeUrl: `/${BaseAccount.$type}`, value };
  }

  function moduleAny(name: string, address: string): Any {
    const message = ModuleAccount.fromPartial({ name, baseAccount: { address } });
    return { typeUrl: `/${ModuleAccount.$type}`, value: ModuleAccount.encode(message).finish() };
  }

  test("default: what is exported gives the same accounts, and the next number goes on", () => {
    const world = newWorld();
    const state = genesisOf(world).export(world.context());
    const other = new ModuleWorld();
    genesisOf(other).validate(state);
    other.run((ctx) => genesisOf(other).init(ctx, state));
    expect(genesisOf(other).export(other.context())).toEqual(state);
    expect(other.accounts.nextAccountNumber(other.context())).toBe(6n);
  });

  test.each<[string, Partial<GenesisState>, string]>([
    ["no parameters", { params: undefined }, "params are missing"],
    ["bad parameters", { params: { ...DEFAULT_PARAMS, txSigLimit: 0n } }, "invalid tx signature limit"],
    ["an address twice", { accounts: [baseAny(A, 0n), baseAny(A, 1n)] }, "duplicate account found in genesis state"],
    ["a number twice", { accounts: [baseAny(A, 1n), baseAny(B, 1n)] }, "account number 1 is given twice"],
    ["a malformed address", { accounts: [baseAny("x", 0n)] }, "decoding bech32 failed"],
    ["an account of another kind", { accounts: [{ typeUrl: "/x.Y", value: new Uint8Array(0) }] }, "/x.Y are not known"],
    ["a module at another's address", { accounts: [moduleAny("mint", A)] }, "is not the address of module mint"],
  ])("error: %s", (_what, change, message) => {
    const world = newWorld();
    const state = { ...GenesisState.fromPartial({ params: DEFAULT_PARAMS }), ...change };
    expect(() => genesisOf(world).validate(state)).toThrow(message);
  });
});
