// The `query` and `tx` commands of every module, made from the protobuf services.

import type { DescMessage, DescMethod, DescService } from "@bufbuild/protobuf";
import type { Command } from "commander";
import type { TypeRegistry } from "../../codec/registry.ts";
import { askedFields, fieldHint, isPageRequest, kebab } from "./fields.ts";
import { addPagingFlags } from "./paging.ts";

/** Flags that every command has; a field of that name is given by position. */
const RESERVED: ReadonlySet<string> = new Set(["from", "home", "node", "output", "height", "fees", "gas", "help"]);

/** Services that are in the descriptors for the types of their messages: the application does not handle them. */
const NOT_SERVED: ReadonlySet<string> = new Set(["cosmos.consensus.v1.Msg"]);

/** What the SDK's command line calls a method where it is not the method's own name. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  "/cosmos.auth.v1beta1.Query/AccountAddressByID": "address-by-acc-num",
  "/cosmos.auth.v1beta1.Query/ModuleAccountByName": "module-account",
  "/cosmos.authz.v1beta1.Query/GranteeGrants": "grants-by-grantee",
  "/cosmos.authz.v1beta1.Query/GranterGrants": "grants-by-granter",
  "/cosmos.bank.v1beta1.Query/AllBalances": "balances",
  "/cosmos.bank.v1beta1.Query/SpendableBalanceByDenom": "spendable-balance",
  "/cosmos.bank.v1beta1.Query/SupplyOf": "total-supply-of",
  "/cosmos.bank.v1beta1.Query/TotalSupply": "total",
  "/cosmos.distribution.v1beta1.Msg/SetWithdrawAddress": "set-withdraw-addr",
  "/cosmos.distribution.v1beta1.Msg/WithdrawDelegatorReward": "withdraw-rewards",
  "/cosmos.feegrant.v1beta1.Msg/GrantAllowance": "grant",
  "/cosmos.feegrant.v1beta1.Msg/RevokeAllowance": "revoke",
  "/cosmos.feegrant.v1beta1.Query/Allowance": "grant",
  "/cosmos.feegrant.v1beta1.Query/Allowances": "grants-by-grantee",
  "/cosmos.feegrant.v1beta1.Query/AllowancesByGranter": "grants-by-granter",
  "/cosmos.staking.v1beta1.Msg/BeginRedelegate": "redelegate",
  "/cosmos.staking.v1beta1.Msg/CancelUnbondingDelegation": "cancel-unbond",
  "/cosmos.staking.v1beta1.Msg/Undelegate": "unbond",
  "/cosmos.staking.v1beta1.Query/DelegatorDelegations": "delegations",
  "/cosmos.staking.v1beta1.Query/ValidatorDelegations": "delegations-to",
};

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
    if (type.kind !== "service" || type.name !== serviceName || NOT_SERVED.has(type.typeName)) continue;
    const module = moduleOf(type);
    const methods = type.methods.map((desc) => ({ module, path: `/${type.typeName}/${desc.name}`, desc }));
    modules.set(module, [...(modules.get(module) ?? []), ...methods]);
  }
  return modules;
}

/** The command of a method, below that of its module. */
export function methodCommand(group: Command, { path, desc }: AutoMethod, description: string): Command {
  const command = group.command(kebab(desc.name)).description(description);
  const other = OTHER_NAMES[path];
  return other === undefined ? command : command.alias(other);
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
      if (/^(src_|dst_)?validator.*addr/.test(field.name)) return "statesetvaloper1...";
      if (/address|granter|grantee|authority/.test(field.name)) return "stateset1...";
      if (field.name.includes("denom")) return "uusdc";
      if (field.name.includes("amount")) return "5uusdc";
      return `<${kebab(field.name)}>`;
    })
    .join(" ");
}
