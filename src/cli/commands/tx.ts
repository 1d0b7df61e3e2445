// `statesetd tx`: every message of every module, signed with a key of the keyring and broadcast.

import type { DescMethod } from "@bufbuild/protobuf";
import type { Command } from "commander";
import { fromBase64, toBase64 } from "../../codec/bytes.ts";
import { jsonToMessage, messageToJson } from "../../codec/protoJson.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { addRequestFlags, autoMethods, exampleArguments } from "../autocli/commands.ts";
import { askedFields, kebab, parseJson, requestJson } from "../autocli/fields.ts";
import { chainClient } from "../chainClient.ts";
import { CliError } from "../cliError.ts";
import { globalOptions, type Json, print } from "../output.ts";
import { addTxFlags, broadcast, type KeyringAccess, sendMessages } from "../tx/sendTx.ts";

/** The .proto name of the field that names the signer; undefined when a message has none, or it is nested. */
function signerField(registry: TypeRegistry, desc: DescMethod): string | undefined {
  const [name] = registry.signerFields(desc.input.typeName);
  const field = desc.input.fields.find((candidate) => candidate.name === name);
  return field?.fieldKind === "scalar" ? field.name : undefined;
}

async function runTx(
  registry: TypeRegistry,
  keyring: KeyringAccess,
  desc: DescMethod,
  command: Command,
): Promise<void> {
  const flags = command.opts<Record<string, unknown>>();
  const positional = [...command.args];
  const signer = signerField(registry, desc);
  let from = typeof flags["from"] === "string" ? flags["from"] : undefined;
  if (from === undefined && signer !== undefined && askedFields(desc.input)[0]?.name === signer) {
    from = positional.shift();
  }
  const sender = await keyring.open(globalOptions(command), from);
  const preset: Record<string, Json> = signer === undefined ? {} : { [signer]: sender.address };
  const request = requestJson(desc.input, { positional, flags, preset });
  const value = jsonToMessage(registry, desc.input.typeName, request);
  await sendMessages(registry, [{ typeUrl: `/${desc.input.typeName}`, value }], sender, command);
}

/** Adds one subcommand for each module and one below it for each message. */
export function addModuleTxs(tx: Command, registry: TypeRegistry, keyring: KeyringAccess): void {
  for (const [module, methods] of autoMethods(registry, "Msg")) {
    const group = tx.command(module).description(`messages of the ${module} module`);
    for (const { desc } of methods) {
      const command = group.command(kebab(desc.name)).description(`/${desc.input.typeName}`);
      addRequestFlags(command, desc.input);
      addTxFlags(command);
      command
        .addHelpText(
          "after",
          `\nExample:\n  statesetd tx ${module} ${kebab(desc.name)} ${exampleArguments(desc.input, signerField(registry, desc))} --from alice`,
        )
        .action(async (_args: readonly string[], _flags: unknown, self: Command) => {
          await runTx(registry, keyring, desc, self);
        });
    }
  }
}

/** Adds `tx broadcast`, `tx decode` and `tx encode`. */
export function addTxTools(tx: Command, registry: TypeRegistry): void {
  tx.command("broadcast <base64>")
    .description("send a transaction that was signed before")
    .option("--broadcast-mode <mode>", "sync, async or commit", "commit")
    .addHelpText("after", '\nExample:\n  statesetd tx broadcast "$(cat signed.b64)"')
    .action(async (text: string, flags: { broadcastMode: string }, self: Command) => {
      const options = globalOptions(self);
      await broadcast(registry, chainClient(options.node), parseBase64(text), flags.broadcastMode, options);
    });
  tx.command("decode <base64>")
    .description("a transaction as JSON")
    .addHelpText("after", "\nExample:\n  statesetd tx decode CpIBCo8BCh...")
    .action((text: string, _flags: unknown, self: Command) => {
      print(globalOptions(self), decodeJson(registry, parseBase64(text)));
    });
  tx.command("encode <json>")
    .description("a transaction from its JSON, or from @file.json, in base64")
    .addHelpText("after", "\nExample:\n  statesetd tx encode @tx.json")
    .action((text: string) => {
      const json = parseJson("tx", text);
      try {
        console.log(toBase64(jsonToMessage(registry, "cosmos.tx.v1beta1.Tx", json)));
      } catch (cause) {
        throw new CliError("usage", cause instanceof Error ? cause.message : String(cause), { cause });
      }
    });
}

function parseBase64(text: string): Uint8Array {
  try {
    return fromBase64(text.trim());
  } catch (cause) {
    throw new CliError("usage", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function decodeJson(registry: TypeRegistry, bytes: Uint8Array): Json {
  try {
    return txToJson(registry, bytes);
  } catch (cause) {
    throw new CliError("failed", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Decodes an encoded transaction to JSON. */
export function txToJson(registry: TypeRegistry, bytes: Uint8Array): Json {
  return messageToJson(registry, "cosmos.tx.v1beta1.Tx", bytes) as Json;
}
