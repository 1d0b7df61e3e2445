// The `query` and `tx` commands of every module, made from the protobuf services.

import type { DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import type { Command } from "commander";
import type { TypeRegistry } from "../../codec/registry.ts";
import { askedFields, fieldHint, isPageRequest, kebab } from "./fields.ts";
import { addPagingFlags } from "./paging.ts";

/** Flags that every command has; a field of that name is given by position. */
const RESERVED: ReadonlySet<string> = new Set(["from", "home", "node", "output", "height", "fees", "gas", "help"]);

/** A method that becomes a command. */
export interface AutoMethod {
  /** `bank` */
  readonly module: string;
  /** `/cosmos.bank.v1beta1.Query/Balance` */
  readonly path: string;
  readonly desc: DescMethod;
}

/** `cosmos.bank.v1beta1` → `bank`; `stateset.fees.v1` → `fees`; `circle.cctp.v2`, which has the methods of v1, → `cctp-v2`. */
function moduleOf(service: DescService): string {
  const parts = service.file.proto.package.split(".").filter((part) => !/^v1(?:$|[a-z])/.test(part));
  return parts.slice(1).join("-");
}

/** The methods of all services named `Query` or `Msg`, grouped by module. */
export function autoMethods(registry: TypeRegistry, serviceName: "Query" | "Msg"): ReadonlyMap<string, AutoMethod[]> {
  const modules = new Map<string, AutoMethod[]>();
  for (const type of registry.descriptors) {
    if (type.kind !== "service" || type.name !== serviceName) continue;
    const module = moduleOf(type);
    const methods = type.methods.map((desc) => ({ module, path: `/${type.typeName}/${desc.name}`, desc }));
    modules.set(module, [...(modules.get(module) ?? []), ...methods]);
  }
  return modules;
}

/** Gives a command the arguments and flags of a request. */
export function addRequestFlags(command: Command, request: DescMessage): void {
  const asked = askedFields(request);
  const usage = asked.map((field) => `[${kebab(field.name)}]`).join(" ");
  command.argument("[args...]", asked.length === 0 ? "nothing" : `${usage}, or flags in any order`);
  for (const field of asked) {
    const name = kebab(field.name);
    if (!RESERVED.has(name)) command.option(`--${name} <value>`, fieldHint(field));
  }
  if (request.fields.some(isPageRequest)) addPagingFlags(command);
}

/** An example for the help, with a plausible value for each field but the one that `--from` gives. */
export function exampleArguments(request: DescMessage, signer?: string): string {
  return askedFields(request)
    .filter(({ name }) => name !== signer)
    .map((field) => {
      if (/address|granter|grantee|authority/.test(field.name)) return "stateset1...";
      if (field.name.includes("denom")) return "uusdc";
      if (field.name.includes("amount")) return "5uusdc";
      return `<${kebab(field.name)}>`;
    })
    .join(" ");
}
