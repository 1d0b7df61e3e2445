// `statesetd gateway keys`: API keys of the Orders API.

import { type Command, Option } from "commander";
import { appRegistry } from "../../../app/registry.ts";
import { MsgSend } from "../../../gen/cosmos/bank/v1beta1/tx.ts";
import { MsgAddOperator } from "../../../gen/stateset/orders/v1/tx.ts";
import { coinsToProto, parseCoins } from "../../codec/coins.ts";
import { encodeMessage, typeUrlOf } from "../../codec/message.ts";
import { ApiKeyError, ApiKeys, type CreatedApiKey } from "../../gateway/auth/apiKeys.ts";
import { SCOPES, type Scope } from "../../gateway/parts.ts";
import { chainClient } from "../chainClient.ts";
import { CliError, orCliError } from "../cliError.ts";
import { globalOptions, type Json, print } from "../output.ts";
import { findSender } from "../tx/account.ts";
import type { EncodedMessage } from "../tx/draft.ts";
import { sendMessages } from "../tx/sendTx.ts";
import { addTxFlags } from "../tx/txFlags.ts";
import { addGatewayKeyFlags, type GatewayKeyFlags, withGatewayDatabase } from "./gatewayDatabase.ts";
import { keyringOf } from "./keys.ts";

/** What a signer is given for fees unless something else is said: some thousand requests. */
const DEFAULT_FUND = "10000000uusdc";

interface CreateFlags extends GatewayKeyFlags {
  readonly merchant?: string;
  readonly scopes?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly expires?: string;
  readonly fund: string;
  readonly from?: string;
}

async function withApiKeys<T>(
  command: Command,
  flags: GatewayKeyFlags,
  work: (keys: ApiKeys) => Promise<T>,
): Promise<T> {
  const { node, chainId } = globalOptions(command);
  try {
    return await withGatewayDatabase(command, flags, async ({ database, masterKeys }) =>
      work(
        new ApiKeys({
          ...{ database, masterKeys, liveChainId: flags.liveChainId, nowMs: Date.now, warn: () => undefined },
          chainId: chainId ?? (await chainClient(node).call((rpc) => rpc.status())).nodeInfo.network,
        }),
      ),
    );
  } catch (cause) {
    if (cause instanceof ApiKeyError) throw new CliError("usage", cause.message, { cause });
    throw cause;
  }
}

function encoded<T>(
  codec: Parameters<typeof encodeMessage<T>>[0] & { readonly $type: string },
  value: T,
): EncodedMessage {
  return { typeUrl: typeUrlOf(codec), value: encodeMessage(codec, value) };
}

/** The merchant makes the signer its operator, and gives it what it pays fees with. */
function messagesFor({ merchant, signer }: CreatedApiKey, fund: string): readonly EncodedMessage[] {
  const amount = coinsToProto(orCliError("usage", () => parseCoins(fund), "--fund"));
  return [
    encoded(MsgAddOperator, { merchant, operator: signer }),
    encoded(MsgSend, { fromAddress: merchant, toAddress: signer, amount: [...amount] }),
  ];
}

function expiryOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new CliError("usage", "--expires: expected a time, as in 2027-01-31T00:00:00Z");
  return time;
}

async function create(flags: CreateFlags, command: Command): Promise<void> {
  const global = globalOptions(command);
  const keyring = keyringOf(command);
  const sender = flags.from === undefined ? undefined : findSender(keyring, flags.from);
  const merchant = flags.merchant ?? sender?.address;
  if (merchant === undefined) throw new CliError("usage", "--merchant or --from: whose orders is the key for?");
  if (sender !== undefined && sender.address !== merchant) {
    throw new CliError("usage", "--from: the merchant itself signs that the key's account may act for it");
  }
  const scopes = (flags.scopes?.split(",") ?? SCOPES) as readonly Scope[];
  const expiresAt = expiryOf(flags.expires);
  const created = await withApiKeys(command, flags, async (keys) => {
    if (flags.kind !== undefined && flags.kind !== keys.kind) {
      throw new CliError(
        "usage",
        `--kind: this chain's keys are ${keys.kind} keys (--live-chain-id names the live chain)`,
      );
    }
    return keys.create({ merchant, scopes, name: flags.name, expiresAt });
  });
  const { id, secret, signer, kind } = created;
  print(global, { id, kind, secret, merchant, signer, scopes: [...created.scopes] });
  if (sender !== undefined) {
    return sendMessages(appRegistry(), messagesFor(created, flags.fund), { sender, keyring, command });
  }
  process.stderr.write(
    `The secret is shown once. The key can sign once the merchant has run:\n` +
      `  statesetd tx orders add-operator ${merchant} ${signer} --from ${merchant}\n` +
      `  statesetd tx bank send ${merchant} ${signer} ${flags.fund} --from ${merchant}\n`,
  );
}

async function list(flags: GatewayKeyFlags & { readonly merchant?: string }, command: Command): Promise<void> {
  const rows = await withApiKeys(command, flags, (keys) => keys.list(flags.merchant));
  print(globalOptions(command), { keys: rows.map((row): { [name: string]: Json } => ({ ...row })) });
}

async function revoke(id: string, flags: GatewayKeyFlags, command: Command): Promise<void> {
  await withApiKeys(command, flags, (keys) => keys.revoke(id));
  print(globalOptions(command), { revoked: id });
}

/** Adds `keys create|list|revoke` to `statesetd gateway`. */
export function addGatewayKeys(gateway: Command): void {
  const keys = gateway.command("keys").description("API keys");
  const creating = keys.command("create").description("make a key, and an account that signs for it");
  creating
    .option("--merchant <address>", "whose orders the key sees and changes; default: --from")
    .option("--scopes <list>", `separated by commas; default all: ${SCOPES.join(",")}`)
    .addOption(new Option("--kind <kind>", "what the key must be").choices(["test", "live"]))
    .option("--name <text>", "what it is for")
    .option("--expires <time>", "when it ends, RFC 3339; default never")
    .option("--fund <coins>", "what the merchant gives its account for fees", DEFAULT_FUND);
  addTxFlags(creating);
  creating.action((flags: CreateFlags, self: Command) => create(flags, self));
  const listing = keys.command("list").description("list keys").option("--merchant <address>", "of one merchant");
  listing.action((flags: GatewayKeyFlags & { merchant?: string }, self: Command) => list(flags, self));
  const revoking = keys.command("revoke <id>").description("end a key for good");
  revoking.action((id: string, flags: GatewayKeyFlags, self: Command) => revoke(id, flags, self));
  const examples: readonly (readonly [Command, string])[] = [
    [creating, "create --from shop --scopes orders:read,orders:write --name till"],
    [listing, "list --merchant stateset1…"],
    [revoking, "revoke key_8y4mQr5oP2"],
  ];
  for (const [command, example] of examples) {
    addGatewayKeyFlags(command);
    command.addHelpText("after", `\nExample:\n  statesetd gateway keys ${example}`);
  }
}
