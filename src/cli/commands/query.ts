// `statesetd query`: every query of every module, and the few that ask the node itself.

import type { DescMethod } from "@bufbuild/protobuf";
import type { Command } from "commander";
import { jsonToMessage, messageToJson } from "../../codec/protoJson.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { addRequestFlags, autoMethods, exampleArguments, methodCommand } from "../autocli/commands.ts";
import { isPageRequest, kebab, requestJson } from "../autocli/fields.ts";
import { pageRequestJson } from "../autocli/paging.ts";
import { chainClient } from "../chainClient.ts";
import { CliError, orCliError } from "../cliError.ts";
import { globalOptions, type Json, print } from "../output.ts";

function parseHeight(text: unknown): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,15}$/.test(String(text))) throw new CliError("usage", "--height: expected a block height");
  return Number(text);
}

async function runQuery(registry: TypeRegistry, path: string, desc: DescMethod, command: Command): Promise<void> {
  const flags = command.opts<Record<string, unknown>>();
  const request = requestJson(desc.input, { positional: command.args, flags, preset: {} });
  const paging = desc.input.fields.find(isPageRequest);
  const page = pageRequestJson(flags);
  if (paging !== undefined && page !== undefined) request[paging.name] = page;
  const options = globalOptions(command);
  const data = orCliError("usage", () => jsonToMessage(registry, desc.input.typeName, request));
  const answer = await chainClient(options.node).queryRaw(path, data, parseHeight(flags["height"]));
  print(options, messageToJson(registry, desc.output.typeName, answer.value) as Json);
}

/** Adds one subcommand for each module and one below it for each query. */
export function addModuleQueries(query: Command, registry: TypeRegistry): void {
  for (const [module, methods] of autoMethods(registry, "Query")) {
    const group = query.command(module).description(`queries of the ${module} module`);
    for (const method of methods) {
      const { path, desc } = method;
      const command = methodCommand(group, method, path);
      addRequestFlags(command, desc.input);
      command
        .option("--height <n>", "state of this height; the latest when left out")
        .addHelpText(
          "after",
          `\nExample:\n  statesetd query ${module} ${kebab(desc.name)} ${exampleArguments(desc.input)}`,
        )
        .action(async (_args: readonly string[], _flags: unknown, self: Command) => {
          await runQuery(registry, path, desc, self);
        });
    }
  }
}
