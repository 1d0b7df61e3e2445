// The routes of all services, from their google.api.http annotations.

import type { DescMessage } from "@bufbuild/protobuf";
import type { HttpRule, MethodInfo, ServiceInfo, TypeRegistry } from "../../codec/registry.ts";
import { findField } from "./fieldPath.ts";
import { matchPath, type PathTemplate, parsePathTemplate } from "./pathTemplate.ts";

/** One way to reach a method over HTTP. */
export interface Route {
  readonly service: ServiceInfo;
  readonly method: MethodInfo;
  readonly rule: HttpRule;
  readonly template: PathTemplate;
  readonly input: DescMessage;
  readonly output: DescMessage;
}

/** A route that a path fits, with the values of its variables. */
export interface RouteMatch {
  readonly route: Route;
  readonly variables: ReadonlyMap<string, string>;
}

/** Finds routes by verb and path. */
export class RouteTable {
  /** Literal before variable, then in the order of the descriptors. */
  readonly routes: readonly Route[];
  readonly #byVerb = new Map<string, Route[]>();

  /** Throws a plain Error when an annotation is malformed or names a field that its request has not. */
  constructor(registry: TypeRegistry, services: readonly ServiceInfo[]) {
    const routes = services.flatMap((service) =>
      service.methods.flatMap((method) => method.http.map((rule) => compileRoute(registry, service, method, rule))),
    );
    this.routes = routes.sort((a, b) =>
      a.template.rank < b.template.rank ? -1 : a.template.rank > b.template.rank ? 1 : 0,
    );
    for (const route of this.routes) {
      const sameVerb = this.#byVerb.get(route.rule.verb) ?? [];
      sameVerb.push(route);
      this.#byVerb.set(route.rule.verb, sameVerb);
    }
  }

  /** Every route that fits, the most literal first: two annotations may be told apart by their variables' types only. */
  find(verb: string, path: readonly string[]): RouteMatch[] {
    const matches: RouteMatch[] = [];
    for (const route of this.#byVerb.get(verb) ?? []) {
      const variables = matchPath(route.template, path);
      if (variables !== undefined) matches.push({ route, variables });
    }
    return matches;
  }
}

function compileRoute(registry: TypeRegistry, service: ServiceInfo, method: MethodInfo, rule: HttpRule): Route {
  const input = registry.descriptors.getMessage(method.inputType);
  const output = registry.descriptors.getMessage(method.outputType);
  if (input === undefined || output === undefined) throw new Error(`no descriptors of the messages of ${method.path}`);
  const template = parsePathTemplate(rule.path);
  const names = template.variables.map((variable) => variable.field);
  if (rule.body !== "" && rule.body !== "*") names.push(rule.body);
  for (const name of names) {
    if (findField(input, name) === undefined) throw new Error(`${rule.path}: ${method.inputType} has no field ${name}`);
  }
  return { service, method, rule, template, input, output };
}
