// The flags of transactions, named as the SDK's command line names them, and what they say.

import { type Command, Option } from "commander";
import { type Coin, parseCoins } from "../../codec/coins.ts";
import { CliError, orCliError } from "../cliError.ts";
import type { TxOptions } from "./draft.ts";
import type { SignModeName } from "./signDraft.ts";

/** The flags of a command, in camelCase, as commander names them. */
export type Flags = Readonly<Record<string, unknown>>;

/** How long an unordered transaction may wait for its block unless `--timeout-duration` says otherwise. */
const UNORDERED_TIMEOUT_SECONDS = 60n;

/** Adds the flags that say who signs, and how. */
export function addSigningFlags(command: Command): void {
  command
    .option("--from <key>", "name or address of the key that signs")
    .option("-a, --account-number <n>", "number to use instead of the account's")
    .option("-s, --sequence <n>", "sequence to use instead of the account's")
    .option("--offline", "ask no node: needs --account-number, --sequence and --chain-id")
    .addOption(new Option("--sign-mode <mode>", "what is signed").choices(["direct", "amino-json"]).default("direct"));
}

/** Adds the flag that says how long to wait. */
export function addBroadcastFlags(command: Command): void {
  command.addOption(
    new Option("-b, --broadcast-mode <mode>", "wait for the check, for nothing, or for the block")
      .choices(["sync", "async", "commit"])
      .default("commit"),
  );
}

/** Adds the flags of a transaction that is made. */
export function addTxFlags(command: Command): void {
  addSigningFlags(command);
  addBroadcastFlags(command);
  command
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
    .option("--dry-run", "show the gas that it would use, and stop")
    .option("--generate-only", "print the transaction without a signature, for `tx sign`, and do not send it")
    .option("-y, --yes", "do not ask");
}

/** The whole number of a flag such as `account-number`; undefined when it was not given. Throws CliError. */
export function parseInteger(flags: Flags, flag: string): bigint | undefined {
  const name = flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
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

/** The gas limit for so much simulated gas. Throws CliError. */
export function adjustGas(gasUsed: bigint, flags: Flags): bigint {
  return multiplyCeil(gasUsed, parseFraction("gas-adjustment", String(flags["gasAdjustment"])));
}

/** What is paid for so much gas: `--fees`, or the price of the gas. Throws CliError. */
export function feeFor(gasLimit: bigint, flags: Flags): readonly Coin[] {
  const { fees, gasPrices } = flags;
  if (fees !== undefined) return orCliError("usage", () => parseCoins(String(fees)), "--fees");
  const match = /^([0-9.]+)([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/.exec(String(gasPrices));
  if (match === null) throw new CliError("usage", "--gas-prices: expected a price such as 0.025uusdc");
  const [, price = "0", denom = ""] = match;
  const amount = multiplyCeil(gasLimit, parseFraction("gas-prices", price));
  return amount === 0n ? [] : [{ denom, amount }];
}

/** The sign mode; commander has checked its name. */
export function signModeOf(flags: Flags): SignModeName {
  return flags["signMode"] === "amino-json" ? "amino-json" : "direct";
}

/** What the flags say of a transaction besides its messages and fee. Throws CliError. */
export function txOptionsOf(flags: Flags): TxOptions {
  const seconds = parseInteger(flags, "timeout-duration") ?? UNORDERED_TIMEOUT_SECONDS;
  const isUnordered = flags["unordered"] === true;
  return {
    memo: String(flags["note"] ?? ""),
    timeoutHeight: parseInteger(flags, "timeout-height") ?? 0n,
    unorderedUntilNs: isUnordered ? BigInt(Date.now()) * 1_000_000n + seconds * 1_000_000_000n : undefined,
    feePayer: String(flags["feePayer"] ?? ""),
    feeGranter: String(flags["feeGranter"] ?? ""),
  };
}
