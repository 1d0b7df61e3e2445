// `statesetd tx`: every message of every module, signed with a key of the keyring and broadcast.

import type { DescMethod } from "@bufbuild/protobuf";
import type { Command } from "commander";
import { decodeAddress } from "../../codec/address.ts";
import { jsonToMessage } from "../../codec/protoJson.ts";
import { type TypeRegistry, VALIDATOR_ADDRESS } from "../../codec/registry.ts";
import { encodeValidatorAddress } from "../../codec/validatorAddress.ts";
import { addRequestFlags, autoMethods, exampleArguments, methodCommand } from "../autocli/commands.ts";
import { askedFields, kebab, requestJson } from "../autocli/fields.ts";
import { orCliError } from "../cliError.ts";
import type { Json } from "../output.ts";
import { findSender } from "../tx/account.ts";
import { sendMessages } from "../tx/sendTx.ts";
import { addTxFlags } from "../tx/txFlags.ts";
import { keyringOf } from "./keys.ts";

/** The .proto name of the field that names the signer; undefined when a message has none, or it is nested. */
function signerField(registry: TypeRegistry, desc: DescMethod): string | undefined {
  const [name] = registry.signerFields(desc.input.typeName);
  const field = desc.input.fields.find((candidate) => candidate.name === name);
  return field?.fieldKind === "scalar" ? field.name : undefined;
}

/** The sender as a message's signer: a validator's operator has another prefix than the account that signs for it. */
function asSigner(registry: TypeRegistry, desc: DescMethod, field: string, address: string): string {
  const plan = registry.plan(desc.input.typeName)?.byJsonName.get(field);
  const isOperator = plan?.options.scalarName === VALIDATOR_ADDRESS;
  return isOperator ? encodeValidatorAddress(decodeAddress(address)) : address;
}

async function runTx(registry: TypeRegistry, desc: DescMethod, command: Command): Promise<void> {
  const flags = command.opts<Record<string, unknown>>();
  const positional = [...command.args];
  const signer = signerField(registry, desc);
  let from = flags["from"];
  if (from === undefined && signer !== undefined && askedFields(desc.input)[0]?.name === signer) {
    from = positional.shift();
  }
  const keyring = keyringOf(command);
  const sender = findSender(keyring, from);
  const preset: Record<string, Json> =
    signer === undefined ? {} : { [signer]: asSigner(registry, desc, signer, sender.address) };
  const request = requestJson(desc.input, { positional, flags, preset });
  const value = orCliError("usage", () => jsonToMessage(registry, desc.input.typeName, request));
  await sendMessages(registry, [{ typeUrl: `/${desc.input.typeName}`, value }], { sender, keyring, command });
}

/** Adds one subcommand for each module and one below it for each message. */
export function addModuleTxs(tx: Command, registry: TypeRegistry): void {
  for (const [module, methods] of autoMethods(registry, "Msg")) {
    const group = tx.command(module).description(`messages of the ${module} module`);
    for (const method of methods) {
      const { desc } = method;
      const command = methodCommand(group, method, `/${desc.input.typeName}`);
      addRequestFlags(command, desc.input);
      addTxFlags(command);
      command
        .addHelpText(
          "after",
          `\nExample:\n  statesetd tx ${module} ${kebab(desc.name)} ${exampleArguments(desc.input, signerField(registry, desc))} --from alice`,
        )
        .action(async (_args: readonly string[], _flags: unknown, self: Command) => {
          await runTx(registry, desc, self);
        });
    }
  }
}
