// Makes a transaction of messages: prices the gas, and prints it, or signs, asks and broadcasts it.

import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { PubKey } from "../../../gen/cosmos/crypto/secp256k1/keys.ts";
import { SignMode } from "../../../gen/cosmos/tx/signing/v1beta1/signing.ts";
import { SimulateRequest, SimulateResponse } from "../../../gen/cosmos/tx/v1beta1/service.ts";
import type { Any } from "../../../gen/google/protobuf/any.ts";
import { QueryParamsRequest, QueryParamsResponse } from "../../../gen/stateset/fees/v1/query.ts";
import { amountOf, type Coin, formatCoins } from "../../codec/coins.ts";
import { requiredAmount } from "../../codec/priceList.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { PUBKEY_TYPE_URLS } from "../../crypto/pubKey.ts";
import { type ChainClient, chainClient } from "../chainClient.ts";
import { CliError } from "../cliError.ts";
import type { Keyring } from "../keys/keyring.ts";
import { globalOptions, print } from "../output.ts";
import { openKey, type Sender, signingPlace } from "./account.ts";
import { broadcast } from "./broadcast.ts";
import { type EncodedMessage, encodeDraft, newDraft, type TxFee, type TxOptions, withSignatures } from "./draft.ts";
import { signDraft } from "./signDraft.ts";
import { draftText, writeLines } from "./txFile.ts";
import { adjustGas, type Flags, feeFor, parseInteger, signModeOf, txOptionsOf } from "./txFlags.ts";

/** What a simulation is made with when the key is not known: its size is what counts. */
const UNKNOWN_KEY: Any = {
  typeUrl: PUBKEY_TYPE_URLS.secp256k1,
  value: PubKey.encode({ key: new Uint8Array(33).fill(2) }).finish(),
};

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

interface Making {
  readonly messages: readonly EncodedMessage[];
  readonly options: TxOptions;
  readonly sender: Sender;
  readonly flags: Flags;
  readonly client: ChainClient;
  /** The sequence to simulate and sign with. */
  readonly sequence: () => Promise<bigint>;
}

async function gasLimitFor({ messages, options, sender, flags, client, sequence }: Making): Promise<bigint> {
  if (flags["gas"] !== "auto" && flags["dryRun"] !== true) return parseInteger(flags, "gas") ?? 0n;
  if (flags["offline"] === true) throw new CliError("usage", "--offline cannot simulate: give --gas a number");
  const signer = {
    publicKey: sender.publicKey ?? UNKNOWN_KEY,
    modeInfo: { single: { mode: SignMode.SIGN_MODE_UNSPECIFIED } },
    sequence: await sequence(),
    signature: new Uint8Array(0),
  };
  const tx = encodeDraft(withSignatures(newDraft(messages, options), [signer]));
  return adjustGas(await simulateGas(client, tx), flags);
}

async function priceTx(making: Making): Promise<TxFee> {
  const { flags, client, messages } = making;
  const gasLimit = await gasLimitFor(making);
  const asked = feeFor(gasLimit, flags);
  if (flags["offline"] === true || flags["fees"] !== undefined) return { gasLimit, amount: asked };
  const typeUrls = messages.map(({ typeUrl }) => typeUrl);
  return { gasLimit, amount: await atLeastRequired(client, asked, typeUrls, gasLimit) };
}

/**
 * Makes a transaction as the flags of `command` say: prints it with `--generate-only`, else signs it, sends it and prints
 * the outcome. Throws CliError; sets the exit code when the chain refuses.
 */
export async function sendMessages(
  registry: TypeRegistry,
  messages: readonly EncodedMessage[],
  parts: { readonly sender: Sender; readonly keyring: Keyring; readonly command: Command },
): Promise<void> {
  const { sender, keyring, command } = parts;
  const flags = command.opts<Record<string, unknown>>();
  const global = globalOptions(command);
  const isUnsigned = flags["generateOnly"] === true;
  if (flags["offline"] === true && !isUnsigned) {
    throw new CliError("usage", "--offline does not send: add --generate-only, and sign with `tx sign --offline`");
  }
  const options = txOptionsOf(flags);
  const isUnordered = options.unorderedUntilNs !== undefined;
  const place = once(() => signingPlace(sender.address, flags, global));
  const sequence = async () => (isUnordered ? 0n : (await place()).sequence);
  const making: Making = { messages, options, sender, flags, client: chainClient(global.node), sequence };
  if (flags["dryRun"] === true) {
    print(global, { gas_estimate: String(await gasLimitFor(making)) });
    return;
  }
  const fee = await priceTx(making);
  const draft = newDraft(messages, options, fee);
  if (isUnsigned) {
    writeLines([draftText(registry, draft)], undefined);
    return;
  }
  const key = await openKey(keyring, sender.name);
  const at = { ...(await place()), sequence: await sequence() };
  const signed = signDraft(registry, draft, key, { place: at, mode: signModeOf(flags), overwrite: true });
  const names = messages.map(({ typeUrl }) => typeUrl).join(", ");
  const question = `Send ${names} from ${sender.name} for a fee of ${formatCoins(fee.amount) || "nothing"}?`;
  if (flags["yes"] !== true && !(await confirm(question))) throw new CliError("failed", "not sent");
  await broadcast(registry, encodeDraft(signed), String(flags["broadcastMode"] ?? "commit"), global);
}

/** Makes something when it is first wanted. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
