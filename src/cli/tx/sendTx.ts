// Sends messages: finds the account, prices the gas, signs, asks, broadcasts, and waits for the block when told to.

import { createInterface } from "node:readline/promises";
import { type Command, Option } from "commander";
import { BaseAccount } from "../../../gen/cosmos/auth/v1beta1/auth.ts";
import { QueryAccountRequest, QueryAccountResponse } from "../../../gen/cosmos/auth/v1beta1/query.ts";
import { SimulateRequest, SimulateResponse } from "../../../gen/cosmos/tx/v1beta1/service.ts";
import { QueryParamsRequest, QueryParamsResponse } from "../../../gen/stateset/fees/v1/query.ts";
import { toHex } from "../../codec/bytes.ts";
import { amountOf, type Coin, formatCoins, parseCoins } from "../../codec/coins.ts";
import { messageOf } from "../../codec/errorText.ts";
import { requiredAmount } from "../../codec/priceList.ts";
import { messageToJson } from "../../codec/protoJson.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { sha256 } from "../../crypto/hash.ts";
import { type ChainClient, chainClient } from "../chainClient.ts";
import { CliError, EXIT_CODE } from "../cliError.ts";
import { type GlobalOptions, globalOptions, type Json, print } from "../output.ts";
import { type EncodedMessage, encodeForSimulation, type SignModeName, signTx, type TxOptions } from "./buildTx.ts";

/** A key that can sign. */
export interface Sender {
  readonly name: string;
  readonly address: string;
  /** 33 bytes. */
  readonly pubKey: Uint8Array;
  /** 32 bytes. */
  readonly privKey: Uint8Array;
}

/** Finds a key by name or address. Throws CliError when it is absent or cannot be opened. */
export interface KeyringAccess {
  open(options: GlobalOptions, nameOrAddress: string | undefined): Promise<Sender>;
}

/** How long `--broadcast-mode commit` waits for the block. */
const COMMIT_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 200;
/** How long an unordered transaction may wait for its block unless `--timeout-duration` says otherwise. */
const UNORDERED_TIMEOUT_SECONDS = 60;

/** Adds the flags of a transaction, named as SDK command lines name them. */
export function addTxFlags(command: Command): void {
  command
    .option("--from <key>", "name or address of the key that signs")
    .option("--fees <coins>", "what to pay, as in 5000uusdc")
    .option("--gas <limit>", "gas limit, or auto", "auto")
    .option("--gas-prices <price>", "price of a unit of gas, as in 0.025uusdc", "0.025uusdc")
    .option("--gas-adjustment <factor>", "what the simulated gas is multiplied with", "1.5")
    .option("--note <text>", "memo", "")
    .option("--timeout-height <n>", "last height at which the transaction is valid", "0")
    .option("--unordered", "send without a sequence")
    .option("--timeout-duration <seconds>", "how long an unordered transaction is valid")
    .option("--fee-payer <address>", "who pays the fee", "")
    .option("--fee-granter <address>", "whose fee allowance pays", "")
    .option("--account-number <n>", "with --offline")
    .option("--sequence <n>", "sequence to use instead of the account's")
    .option("--offline", "ask no node: needs --account-number, --sequence, --chain-id and --gas")
    .option("--dry-run", "show the gas that it would use, and stop")
    .option("--generate-only", "print the signed transaction in base64 and do not send it")
    .addOption(new Option("--sign-mode <mode>").choices(["direct", "amino-json"]).default("direct"))
    .addOption(new Option("--broadcast-mode <mode>").choices(["sync", "async", "commit"]).default("commit"))
    .option("-y, --yes", "do not ask");
}

type Flags = Readonly<Record<string, unknown>>;

function parseInteger(flags: Flags, name: string, flag: string): bigint | undefined {
  const text = flags[name];
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,19}$/.test(String(text))) throw new CliError("usage", `--${flag}: expected a whole number`);
  return BigInt(String(text));
}

/** A decimal as a fraction of bigints, so that gas prices are exact. */
function parseFraction(flag: string, text: string): { numerator: bigint; denominator: bigint } {
  const match = /^([0-9]{1,18})(?:\.([0-9]{1,18}))?$/.exec(text);
  if (match === null) throw new CliError("usage", `--${flag}: expected a decimal number, got ${text}`);
  const [, whole = "0", decimals = ""] = match;
  return { numerator: BigInt(whole + decimals), denominator: 10n ** BigInt(decimals.length) };
}

function multiplyCeil(value: bigint, { numerator, denominator }: { numerator: bigint; denominator: bigint }): bigint {
  return (value * numerator + denominator - 1n) / denominator;
}

function feeFor(gasLimit: bigint, flags: Flags): readonly Coin[] {
  if (flags["fees"] !== undefined) return parseFees(String(flags["fees"]));
  const match = /^([0-9.]+)([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/.exec(String(flags["gasPrices"]));
  if (match === null) throw new CliError("usage", "--gas-prices: expected a price such as 0.025uusdc");
  const [, price = "0", denom = ""] = match;
  const amount = multiplyCeil(gasLimit, parseFraction("gas-prices", price));
  return amount === 0n ? [] : [{ denom, amount }];
}

/**
 * What the price of gas makes, or what the chain's price list wants for these messages if that is more. Where all of them
 * have flat fees it is those: gas is not what they are paid by.
 */
async function atLeastRequired(
  client: ChainClient,
  asked: readonly Coin[],
  typeUrls: readonly string[],
  gasLimit: bigint,
): Promise<readonly Coin[]> {
  const { params } = await client.query(
    "/stateset.fees.v1.Query/Params",
    { codec: QueryParamsRequest, value: {} },
    QueryParamsResponse,
  );
  if (params === undefined) return asked;
  const amount = requiredAmount(params, typeUrls, gasLimit);
  const isFlat = amount > 0n && amount === requiredAmount(params, typeUrls, 0n);
  return !isFlat && amountOf(asked, params.denom) >= amount ? asked : [{ denom: params.denom, amount }];
}

function parseFees(text: string): readonly Coin[] {
  try {
    return parseCoins(text);
  } catch (cause) {
    throw new CliError("usage", `--fees: ${messageOf(cause)}`);
  }
}

async function accountOf(client: ChainClient, address: string): Promise<{ accountNumber: bigint; sequence: bigint }> {
  const { account } = await client.query(
    "/cosmos.auth.v1beta1.Query/Account",
    { codec: QueryAccountRequest, value: { address } },
    QueryAccountResponse,
  );
  if (account === undefined) throw new CliError("failed", `account ${address} not found`);
  return BaseAccount.decode(account.value);
}

async function simulateGas(client: ChainClient, txBytes: Uint8Array): Promise<bigint> {
  const { gasInfo } = await client.query(
    "/cosmos.tx.v1beta1.Service/Simulate",
    { codec: SimulateRequest, value: SimulateRequest.fromPartial({ txBytes }) },
    SimulateResponse,
  );
  return gasInfo?.gasUsed ?? 0n;
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test(await terminal.question(`${question} [y/N] `));
  } finally {
    terminal.close();
  }
}

function txOptions(flags: Flags): Omit<TxOptions, "fee" | "gasLimit"> {
  const seconds = parseInteger(flags, "timeoutDuration", "timeout-duration") ?? BigInt(UNORDERED_TIMEOUT_SECONDS);
  return {
    memo: String(flags["note"] ?? ""),
    timeoutHeight: parseInteger(flags, "timeoutHeight", "timeout-height") ?? 0n,
    unorderedUntilNs:
      flags["unordered"] === true ? BigInt(Date.now()) * 1_000_000n + seconds * 1_000_000_000n : undefined,
    feePayer: String(flags["feePayer"] ?? ""),
    feeGranter: String(flags["feeGranter"] ?? ""),
  };
}

/** Signs messages as the flags of `command` say and sends them. Prints the outcome; sets the exit code on refusal. */
export async function sendMessages(
  registry: TypeRegistry,
  messages: readonly EncodedMessage[],
  sender: Sender,
  command: Command,
): Promise<void> {
  const flags = command.opts<Record<string, unknown>>();
  const global = globalOptions(command);
  const client = chainClient(global.node);
  const offline = flags["offline"] === true;
  const given = {
    accountNumber: parseInteger(flags, "accountNumber", "account-number"),
    sequence: parseInteger(flags, "sequence", "sequence"),
  };
  if (offline && (given.accountNumber === undefined || given.sequence === undefined || global.chainId === undefined)) {
    throw new CliError("usage", "--offline needs --account-number, --sequence and --chain-id");
  }
  const account = offline ? { accountNumber: 0n, sequence: 0n } : await accountOf(client, sender.address);
  const chainId = global.chainId ?? (await client.call((rpc) => rpc.status())).nodeInfo.network;
  const base = txOptions(flags);
  const signer = {
    pubKey: sender.pubKey,
    privKey: sender.privKey,
    accountNumber: given.accountNumber ?? account.accountNumber,
    sequence: base.unorderedUntilNs === undefined ? (given.sequence ?? account.sequence) : 0n,
  };
  const gasLimit = await gasLimitFor(client, flags, () =>
    encodeForSimulation(messages, signer, { ...base, fee: [], gasLimit: 0n }),
  );
  if (flags["dryRun"] === true) {
    print(global, { gas_estimate: gasLimit.toString() });
    return;
  }
  const typeUrls = messages.map(({ typeUrl }) => typeUrl);
  const asked = feeFor(gasLimit, flags);
  const fee = offline || flags["fees"] !== undefined ? asked : await atLeastRequired(client, asked, typeUrls, gasLimit);
  const mode: SignModeName = flags["signMode"] === "amino-json" ? "amino-json" : "direct";
  const tx = signTx(registry, chainId, mode, { messages, signer, options: { ...base, fee, gasLimit } });
  if (flags["generateOnly"] === true) {
    print(global, { tx_bytes: Buffer.from(tx).toString("base64") });
    return;
  }
  const summary = `Send ${messages.map((message) => message.typeUrl).join(", ")} from ${sender.name} for a fee of ${formatCoins(fee) || "nothing"}?`;
  if (flags["yes"] !== true && !(await confirm(summary))) throw new CliError("failed", "not sent");
  await broadcast(registry, client, tx, String(flags["broadcastMode"] ?? "commit"), global);
}

async function gasLimitFor(client: ChainClient, flags: Flags, encode: () => Uint8Array): Promise<bigint> {
  const isDryRun = flags["dryRun"] === true;
  if (flags["gas"] !== "auto" && !isDryRun) return parseInteger(flags, "gas", "gas") ?? 0n;
  if (flags["offline"] === true) throw new CliError("usage", "--offline cannot simulate: give --gas a number");
  const used = await simulateGas(client, encode());
  return multiplyCeil(used, parseFraction("gas-adjustment", String(flags["gasAdjustment"])));
}

/** Broadcasts an encoded transaction and prints what became of it. A refusal ends with exit code `refused`. */
export async function broadcast(
  registry: TypeRegistry,
  client: ChainClient,
  tx: Uint8Array,
  mode: string,
  global: GlobalOptions,
): Promise<void> {
  const hash = toHex(sha256(tx)).toUpperCase();
  if (mode === "async") {
    await client.call((rpc) => rpc.broadcastTxAsync({ tx }));
    print(global, { txhash: hash });
    return;
  }
  const checked = await client.call((rpc) => rpc.broadcastTxSync({ tx }));
  if (checked.code !== 0) {
    print(global, { txhash: hash, code: checked.code, codespace: checked.codespace ?? "", raw_log: checked.log ?? "" });
    process.exitCode = EXIT_CODE.refused;
    return;
  }
  if (mode === "sync") {
    print(global, { txhash: hash, code: 0 });
    return;
  }
  await waitForBlock(registry, client, hash, global);
}

async function waitForBlock(
  registry: TypeRegistry,
  client: ChainClient,
  hash: string,
  global: GlobalOptions,
): Promise<void> {
  const deadlineMs = Date.now() + COMMIT_TIMEOUT_MS;
  while (Date.now() < deadlineMs) {
    const { txs } = await client.call((rpc) => rpc.txSearch({ query: `tx.hash='${hash}'` }));
    const [found] = txs;
    if (found !== undefined) {
      const { code, log, codespace, gasUsed, gasWanted, events } = found.result;
      print(global, {
        txhash: hash,
        height: String(found.height),
        code,
        codespace: codespace ?? "",
        raw_log: log ?? "",
        gas_wanted: String(gasWanted),
        gas_used: String(gasUsed),
        events: events.map((event) => ({
          type: event.type,
          attributes: event.attributes.map(({ key, value }) => ({ key, value })),
        })),
        tx: messageToJson(registry, "cosmos.tx.v1beta1.Tx", found.tx) as Json,
      });
      if (code !== 0) process.exitCode = EXIT_CODE.refused;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  throw new CliError("failed", `${hash} was accepted and is in no block after ${COMMIT_TIMEOUT_MS / 1000} s`);
}
