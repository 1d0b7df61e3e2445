// The one way to every query: node services first, then the application's own. abci_query, gRPC and REST all use it.

import { ResponseQuery } from "../../../gen/tendermint/abci/types.ts";
import { GRPC_STATUS, QueryError } from "../../baseapp/queryError.ts";
import { messageOf } from "../../codec/errorText.ts";
import type { ServiceInfo, TypeRegistry } from "../../codec/registry.ts";
import type { ChainClient } from "../../consensus/chainNode.ts";
import type { PruningOptions } from "../../store/pruning.ts";
import { consensusServices } from "./consensusService.ts";
import { GATEWAY_STATUS, refusalOfError, refusalOfResponse, responseOfRefusal } from "./grpcStatus.ts";
import { nodeConfigServices } from "./nodeConfigService.ts";
import type { NodeService } from "./nodeService.ts";
import { reflectionServices } from "./reflectionService.ts";
import { findServedServices, isModuleQueryPath } from "./servedServices.ts";
import { tendermintServices } from "./tendermintService.ts";
import { txServices } from "./txService.ts";

/** Node services that may be waiting for a disk or a check at one time; more are refused with ResourceExhausted. */
export const PENDING_CALLS_MAX = 1_000;

/** An answered query. */
export interface QueryAnswer {
  /** The encoded response message. */
  readonly value: Uint8Array;
  /** The height the answer is of. */
  readonly height: bigint;
}

/** Every query the node answers, by path. */
export interface QueryRouter {
  /** The services and methods that are answered, for registration, routes and reflection. */
  readonly services: readonly ServiceInfo[];
  /**
   * For abci_query; at once where the application answers. Never throws or rejects: a refusal is in the response's code,
   * codespace and log. Height 0 is the latest.
   */
  query(path: string, data: Uint8Array, height: bigint, prove: boolean): ResponseQuery | Promise<ResponseQuery>;
  /** For gRPC and REST. Rejects with QueryError. Height 0 is the latest. */
  call(path: string, data: Uint8Array, height: bigint): Promise<QueryAnswer>;
}

/** What the router is told about its node. */
export interface QueryRouterOptions {
  /** Paths of the application's queries. Without it, every service called `Query` in the descriptors is offered. */
  readonly queryPaths?: readonly string[];
  /** The node's least gas price as the node service reports it, such as `0.025uusdc`. */
  readonly minimumGasPrice?: string;
  /** How many heights the node keeps, for the node service. */
  readonly pruning?: PruningOptions;
  /** Told of errors that nobody foresaw; clients see `internal error` instead. */
  readonly onInternalError?: (path: string, error: unknown) => void;
}

/** Builds the table of node services and puts it in front of the application's queries. */
export function createQueryRouter(
  node: ChainClient,
  registry: TypeRegistry,
  options: QueryRouterOptions = {},
): QueryRouter {
  const table = new Map<string, NodeService>();
  const services = [
    ...txServices(registry),
    ...tendermintServices(),
    ...consensusServices(),
    ...nodeConfigServices({ minimumGasPrice: options.minimumGasPrice ?? "", pruning: options.pruning }),
    ...reflectionServices(registry.descriptors),
  ];
  for (const service of services) {
    if (table.has(service.path)) throw new Error(`two services answer ${service.path}`);
    table.set(service.path, service);
  }
  return new Router(node, registry, table, options);
}

class Router implements QueryRouter {
  readonly services: readonly ServiceInfo[];
  readonly #node: ChainClient;
  readonly #table: ReadonlyMap<string, NodeService>;
  readonly #onInternalError: ((path: string, error: unknown) => void) | undefined;
  #pendingCount = 0;

  constructor(
    node: ChainClient,
    registry: TypeRegistry,
    table: ReadonlyMap<string, NodeService>,
    options: QueryRouterOptions,
  ) {
    this.#node = node;
    this.#table = table;
    this.#onInternalError = options.onInternalError;
    const modulePaths = options.queryPaths === undefined ? undefined : new Set(options.queryPaths);
    const isServed = (path: string) => table.has(path) || (modulePaths?.has(path) ?? isModuleQueryPath(path));
    this.services = findServedServices(registry.services(), isServed);
  }

  query(path: string, data: Uint8Array, height: bigint, prove: boolean): ResponseQuery | Promise<ResponseQuery> {
    const service = this.#table.get(path);
    return service === undefined ? this.#node.query({ path, data, height, prove }) : this.#queryService(service, data);
  }

  async #queryService(service: NodeService, data: Uint8Array): Promise<ResponseQuery> {
    const latest = BigInt(this.#node.latestHeight);
    try {
      const value = await this.#serve(service, data);
      return ResponseQuery.fromPartial({ value, height: latest });
    } catch (error) {
      return ResponseQuery.fromPartial({ ...responseOfRefusal(refusalOfError(error)), height: latest });
    }
  }

  async call(path: string, data: Uint8Array, height: bigint): Promise<QueryAnswer> {
    const service = this.#table.get(path);
    if (service === undefined) {
      const response = this.#node.query({ path, data, height, prove: false });
      if (response.code !== 0) throw refusalOfResponse(response);
      return { value: response.value, height: response.height };
    }
    try {
      const value = await this.#serve(service, data);
      return { value, height: BigInt(this.#node.latestHeight) };
    } catch (error) {
      throw refusalOfError(error);
    }
  }

  /** Decodes, handles and encodes. Rejects with whatever the handler rejects with. */
  async #serve(service: NodeService, data: Uint8Array): Promise<Uint8Array> {
    if (this.#pendingCount >= PENDING_CALLS_MAX) {
      throw new QueryError(GATEWAY_STATUS.RESOURCE_EXHAUSTED, "too many calls at one time");
    }
    const request = decodeRequest(service, data);
    this.#pendingCount++;
    try {
      return service.response.encode(await service.handle(this.#node, request)).finish();
    } catch (error) {
      if (refusalOfError(error).status === GRPC_STATUS.INTERNAL) this.#onInternalError?.(service.path, error);
      throw error;
    } finally {
      this.#pendingCount--;
    }
  }
}

function decodeRequest(service: NodeService, data: Uint8Array): unknown {
  try {
    return service.request.decode(data);
  } catch (cause) {
    const why = messageOf(cause);
    throw new QueryError(GRPC_STATUS.INVALID_ARGUMENT, `cannot decode ${service.request.$type}: ${why}`);
  }
}
