// Whose transaction it is, and where that account stands.

import { BaseAccount } from "../../../gen/cosmos/auth/v1beta1/auth.ts";
import { QueryAccountRequest, QueryAccountResponse } from "../../../gen/cosmos/auth/v1beta1/query.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { decodeAddress } from "../../codec/address.ts";
import { fromBase64 } from "../../codec/bytes.ts";
import { type ChainClient, chainClient } from "../chainClient.ts";
import { CliError, orCliError } from "../cliError.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { GlobalOptions } from "../output.ts";
import type { SigningKey, SigningPlace } from "./signDraft.ts";
import { type Flags, parseInteger } from "./txFlags.ts";

/** An account that a transaction is from. Without a public key it is not in the keyring. */
export interface Sender {
  readonly name: string;
  readonly address: string;
  readonly publicKey: Any | undefined;
}

function requireFrom(from: unknown): string {
  if (typeof from === "string") return from;
  throw new CliError("usage", "--from: which key signs?");
}

/** The account of `--from`: a key by name or address, or any address. Throws CliError. */
export function findSender(keyring: Keyring, from: unknown): Sender {
  const wanted = requireFrom(from);
  const key = keyring.find(wanted);
  if (key === undefined) {
    // What is neither a key nor an address is a key that is missing.
    if (!isAddress(wanted)) keyring.require(wanted);
    return { name: wanted, address: wanted, publicKey: undefined };
  }
  return { name: key.name, address: key.address, publicKey: publicKeyOf(key) };
}

function isAddress(text: string): boolean {
  try {
    decodeAddress(text);
    return true;
  } catch {
    // Not an address: that is the answer.
    return false;
  }
}

function publicKeyOf({ pubKey }: { readonly pubKey: { readonly typeUrl: string; readonly value: string } }): Any {
  return { typeUrl: pubKey.typeUrl, value: fromBase64(pubKey.value) };
}

/** The key of `--from`, opened. Throws CliError when it is absent or cannot be opened. */
export async function openKey(keyring: Keyring, from: unknown): Promise<Sender & SigningKey> {
  const key = keyring.require(requireFrom(from));
  const privKey = await keyring.privKey(key.name);
  return { name: key.name, address: key.address, publicKey: publicKeyOf(key), privKey };
}

/** The public key of somebody in the keyring. Throws CliError. */
export function publicKeyNamed(keyring: Keyring, nameOrAddress: string): { readonly address: string; publicKey: Any } {
  const key = keyring.require(nameOrAddress);
  return { address: key.address, publicKey: publicKeyOf(key) };
}

/** Number and sequence of an account. Throws CliError `failed` when the chain does not know it. */
export async function accountOf(
  client: ChainClient,
  address: string,
): Promise<{ readonly accountNumber: bigint; readonly sequence: bigint }> {
  const { account } = await client.query(
    "/cosmos.auth.v1beta1.Query/Account",
    { codec: QueryAccountRequest, value: { address } },
    QueryAccountResponse,
  );
  if (account === undefined) throw new CliError("failed", `account ${address} not found`);
  return orCliError("failed", () => BaseAccount.decode(account.value));
}

/**
 * Where an account stands: what the flags say, and what the chain says for the rest. With `--offline` the flags must say
 * all. Throws CliError.
 */
export async function signingPlace(address: string, flags: Flags, global: GlobalOptions): Promise<SigningPlace> {
  const given = {
    accountNumber: parseInteger(flags, "account-number"),
    sequence: parseInteger(flags, "sequence"),
  };
  const { accountNumber, sequence } = given;
  if (accountNumber !== undefined && sequence !== undefined && global.chainId !== undefined) {
    return { chainId: global.chainId, accountNumber, sequence };
  }
  if (flags["offline"] === true) {
    throw new CliError("usage", "--offline needs --account-number, --sequence and --chain-id");
  }
  const client = chainClient(global.node);
  const account = accountNumber !== undefined && sequence !== undefined ? undefined : await accountOf(client, address);
  return {
    chainId: global.chainId ?? (await client.call((rpc) => rpc.status())).nodeInfo.network,
    accountNumber: accountNumber ?? account?.accountNumber ?? 0n,
    sequence: sequence ?? account?.sequence ?? 0n,
  };
}
