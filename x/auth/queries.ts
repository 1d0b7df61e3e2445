// Queries of x/auth (cosmos-sdk v0.53 x/auth/keeper/grpc_query.go).

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
import { Any } from "../../gen/google/protobuf/any.ts";
import type { Context } from "../../src/baseapp/context.ts";
import { type QueryHandler, queryHandler } from "../../src/baseapp/module.ts";
import { paginate } from "../../src/baseapp/pagination.ts";
import { GRPC_STATUS, QueryError } from "../../src/baseapp/queryError.ts";
import { BECH32_PREFIX, decodeAddress, encodeAddress } from "../../src/codec/address.ts";
import type { AccountKeeper } from "./keeper.ts";
import { type Account, encodeAccount, toBaseAccount } from "./types.ts";

const SERVICE = "/cosmos.auth.v1beta1.Query";

function invalid(message: string): QueryError {
  return new QueryError(GRPC_STATUS.INVALID_ARGUMENT, message);
}

function notFound(what: string): QueryError {
  return new QueryError(GRPC_STATUS.NOT_FOUND, `account ${what} not found`);
}

function parseAddress(text: string): Uint8Array {
  if (text === "") throw invalid("Address cannot be empty");
  try {
    return decodeAddress(text);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : "malformed address");
  }
}

function requireAccount(keeper: AccountKeeper, ctx: Context, text: string): Account {
  const account = keeper.getAccount(ctx, parseAddress(text));
  if (account === undefined) throw notFound(text);
  return account;
}

/** The handlers. */
export function authQueries(keeper: AccountKeeper): readonly QueryHandler[] {
  return [
    queryHandler(`${SERVICE}/Accounts`, QueryAccountsRequest, QueryAccountsResponse, (ctx, { pagination }) => {
      const page = paginate(keeper.accountStore(ctx), pagination, (_key, value) => Any.decode(value));
      return { accounts: [...page.items], pagination: page.pagination };
    }),
    queryHandler(`${SERVICE}/Account`, QueryAccountRequest, QueryAccountResponse, (ctx, { address }) => ({
      account: encodeAccount(requireAccount(keeper, ctx, address)),
    })),
    queryHandler(
      `${SERVICE}/AccountAddressByID`,
      QueryAccountAddressByIDRequest,
      QueryAccountAddressByIDResponse,
      (ctx, { id, accountId }) => {
        if (id !== 0n) throw invalid("requesting with id isn't supported, try to request using account-id");
        const address = keeper.getAddressByNumber(ctx, accountId);
        if (address === undefined) {
          throw new QueryError(GRPC_STATUS.NOT_FOUND, `account address not found with account number ${accountId}`);
        }
        return { accountAddress: encodeAddress(address) };
      },
    ),
    queryHandler(`${SERVICE}/Params`, QueryParamsRequest, QueryParamsResponse, (ctx) => ({
      params: keeper.params(ctx),
    })),
    queryHandler(`${SERVICE}/ModuleAccounts`, QueryModuleAccountsRequest, QueryModuleAccountsResponse, (ctx) => {
      const accounts = keeper.moduleNames.map((name) => keeper.getAccount(ctx, keeper.moduleAddress(name)));
      return { accounts: accounts.filter((account) => account !== undefined).map(encodeAccount) };
    }),
    queryHandler(
      `${SERVICE}/ModuleAccountByName`,
      QueryModuleAccountByNameRequest,
      QueryModuleAccountByNameResponse,
      (ctx, { name }) => {
        if (name === "") throw invalid("module name is empty");
        if (!keeper.moduleNames.includes(name)) throw notFound(name);
        const account = keeper.getAccount(ctx, keeper.moduleAddress(name));
        if (account === undefined) throw notFound(name);
        return { account: encodeAccount(account) };
      },
    ),
    queryHandler(`${SERVICE}/Bech32Prefix`, Bech32PrefixRequest, Bech32PrefixResponse, () => ({
      bech32Prefix: BECH32_PREFIX,
    })),
    queryHandler(
      `${SERVICE}/AddressBytesToString`,
      AddressBytesToStringRequest,
      AddressBytesToStringResponse,
      (_ctx, { addressBytes }) => {
        if (addressBytes.length === 0 || addressBytes.length > 255) throw invalid("empty address bytes is not allowed");
        return { addressString: encodeAddress(addressBytes) };
      },
    ),
    queryHandler(
      `${SERVICE}/AddressStringToBytes`,
      AddressStringToBytesRequest,
      AddressStringToBytesResponse,
      (_ctx, { addressString }) => ({ addressBytes: parseAddress(addressString) }),
    ),
    queryHandler(`${SERVICE}/AccountInfo`, QueryAccountInfoRequest, QueryAccountInfoResponse, (ctx, { address }) => ({
      info: toBaseAccount(requireAccount(keeper, ctx, address)),
    })),
  ];
}
