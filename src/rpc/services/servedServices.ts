// Which gRPC services and methods the node offers: what the descriptors name, less what nobody answers.

import type { ServiceInfo } from "../../codec/registry.ts";

/** Whether a path is a query of a module: a method of a service called `Query`. */
export function isModuleQueryPath(path: string): boolean {
  return /^\/[a-z][A-Za-z0-9_.]*\.Query\/[A-Za-z0-9]+$/.test(path);
}

/**
 * The methods of query services that `isServed` says yes to; services without any are left out. Services of messages
 * are left out too: messages are sent in transactions, not called.
 */
export function findServedServices(
  services: readonly ServiceInfo[],
  isServed: (path: string) => boolean,
): readonly ServiceInfo[] {
  return services
    .filter((service) => !service.isMsgService)
    .map((service) => ({ ...service, methods: service.methods.filter((method) => isServed(method.path)) }))
    .filter((service) => service.methods.length > 0);
}
