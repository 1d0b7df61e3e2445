// What an order can wait for: registered modules with an address each, in the place of contracts. The same facts give the
// same result; nothing else is looked at.

import { encodeAddress } from "../../codec/address.ts";
import { utf8 } from "../../codec/bytes.ts";
import { sha256 } from "../../crypto/hash.ts";
import { formatMoney, parseMoney } from "../http/money.ts";
import { Problem } from "../http/problem.ts";

/** A value that a condition passes or expects. */
export type ConditionValue = string | number | boolean;

/** A condition, as clients write it. */
export interface Condition {
  readonly contract_address: string;
  readonly method: string;
  readonly params: readonly ConditionValue[];
  readonly expected_result: ConditionValue;
}

/** What modules may look at; all of it belongs to one merchant. */
export interface Facts {
  readonly now: Date;
  /** How many there are; 0 of what nobody counted. */
  inventory(sku: string): Promise<bigint>;
  /** Of the merchant's book, micro-units; undefined when there is none. */
  price(sku: string): Promise<bigint | undefined>;
}

type Kind = "sku" | "count" | "money" | "time";

interface Method {
  /** What is passed; the last `optional` ones may be left out. */
  readonly params: readonly Kind[];
  readonly optional?: number;
  readonly evaluate: (facts: Facts, params: readonly ConditionValue[]) => Promise<ConditionValue>;
}

interface Module {
  readonly name: string;
  readonly address: string;
  readonly methods: Readonly<Record<string, Method>>;
}

const ADDRESS_BYTES = 20;

function module(name: string, methods: Module["methods"]): Module {
  const address = encodeAddress(sha256(utf8(`stateset/conditions/${name}`)).subarray(0, ADDRESS_BYTES));
  return { name, address, methods };
}

/** All there are. An address never changes what it means. */
export const CONDITION_MODULES: readonly Module[] = [
  module("inventory", {
    checkInventory: {
      params: ["sku", "count"],
      optional: 1,
      evaluate: async (facts, [sku, count = 1]) => (await facts.inventory(String(sku))) >= BigInt(count),
    },
    getInventory: {
      params: ["sku"],
      evaluate: async (facts, [sku]) => Number(await facts.inventory(String(sku))),
    },
  }),
  module("price", {
    checkPrice: {
      params: ["sku", "money"],
      async evaluate(facts, [sku, most]) {
        const price = await facts.price(String(sku));
        return price !== undefined && price <= parseMoney(String(most), "");
      },
    },
    getPrice: {
      params: ["sku"],
      async evaluate(facts, [sku]) {
        const price = await facts.price(String(sku));
        return price === undefined ? "" : formatMoney(price);
      },
    },
  }),
  module("time", {
    isAfter: {
      params: ["time"],
      evaluate: async ({ now }, [time]) => now.getTime() > Date.parse(String(time)),
    },
    isBefore: {
      params: ["time"],
      evaluate: async ({ now }, [time]) => now.getTime() < Date.parse(String(time)),
    },
  }),
];

const COUNT_MAX = 1_000_000_000;

const CHECKS: Readonly<Record<Kind, (value: ConditionValue) => boolean>> = {
  sku: (value) => typeof value === "string" && value.length >= 1 && value.length <= 64,
  count: (value) => typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= COUNT_MAX,
  money: (value) => typeof value === "string" && /^(0|[1-9][0-9]{0,13})(\.[0-9]{1,6})?$/.test(value),
  time: (value) =>
    typeof value === "string" &&
    /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,12}Z$/.test(value) &&
    !Number.isNaN(Date.parse(value)),
};

/** The method of a condition. Throws Problem `not_supported` that names the field. */
function methodOf({ contract_address, method }: Condition, field: string): Method {
  const found = CONDITION_MODULES.find(({ address }) => address === contract_address);
  if (found === undefined) {
    throw new Problem("not_supported", {
      detail: "no condition has this address: GET /v1/conditions lists all there are",
      field: `${field}/contract_address`,
    });
  }
  const known = Object.hasOwn(found.methods, method) ? found.methods[method] : undefined;
  if (known !== undefined) return known;
  const detail = `${found.name} has ${Object.keys(found.methods).join(", ")}`;
  throw new Problem("not_supported", { detail, field: `${field}/method` });
}

/** Throws Problem `not_supported` on an unknown address or method, `invalid_request` on parameters that do not fit. */
export function checkCondition(condition: Condition, field: string): void {
  const { params, optional = 0 } = methodOf(condition, field);
  const given = condition.params;
  if (given.length > params.length || given.length < params.length - optional) {
    throw new Problem("invalid_request", { detail: `it takes ${params.join(", ")}`, field: `${field}/params` });
  }
  for (const [index, value] of given.entries()) {
    const kind = params[index] ?? "sku";
    if (CHECKS[kind](value)) continue;
    throw new Problem("invalid_request", { detail: `this is no ${kind}`, field: `${field}/params/${index}` });
  }
}

/** Whether a condition that was checked is met now. */
export async function isMet(condition: Condition, facts: Facts): Promise<boolean> {
  const result = await methodOf(condition, "").evaluate(facts, condition.params);
  return result === condition.expected_result;
}
