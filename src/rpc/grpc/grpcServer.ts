// The gRPC server: every query by its path, at the height that the metadata asks for, and reflection.
// Metadata and their meaning follow cosmos-sdk v0.53 baseapp/grpcserver.go.

import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedHandleCall,
} from "@grpc/grpc-js";
import type { ServiceInfo, TypeRegistry } from "../../codec/registry.ts";
import type { ChainNode } from "../../consensus/chainNode.ts";
import { refusalOfError } from "../services/grpcStatus.ts";
import { HEIGHT_HEADER, parseHeight } from "../services/heightHeader.ts";
import type { QueryRouter } from "../services/queryRouter.ts";
import type { ListenOptions, RunningServer } from "../services/runningServer.ts";
import { passThrough } from "./passThrough.ts";
import { reflectionServices } from "./reflection.ts";

/** What a client may ask of the server before it is told to stop. */
export interface GrpcLimits {
  readonly requestBytesMax: number;
  readonly responseBytesMax: number;
  /** Calls at one time on one connection. */
  readonly streamsMax: number;
  /** Memory that one connection may hold, in MiB. */
  readonly sessionMemoryMib: number;
  /** A connection without calls is closed after this time, in milliseconds. */
  readonly idleMs: number;
}

/** A transaction has at most 1 MiB; answers may be as large as the SDK's clients read by default (10 MiB and more). */
export const GRPC_LIMITS: GrpcLimits = Object.freeze({
  requestBytesMax: 4 * 1024 * 1024,
  responseBytesMax: 64 * 1024 * 1024,
  streamsMax: 256,
  sessionMemoryMib: 64,
  idleMs: 30 * 60_000,
});

/** How the server listens. */
export interface GrpcOptions extends ListenOptions {
  readonly limits?: Partial<GrpcLimits>;
}

/** How long open calls may take to end when the server closes, in milliseconds. */
const CLOSE_GRACE_MS = 2_000;

/** Starts the gRPC server. Rejects when the address is not free. The port defaults to 9090. */
export async function startGrpc(
  _node: ChainNode,
  registry: TypeRegistry,
  router: QueryRouter,
  options: GrpcOptions = {},
): Promise<RunningServer> {
  const limits = { ...GRPC_LIMITS, ...options.limits };
  const server = new Server({
    "grpc.max_receive_message_length": limits.requestBytesMax,
    "grpc.max_send_message_length": limits.responseBytesMax,
    "grpc.max_concurrent_streams": limits.streamsMax,
    "grpc.max_connection_idle_ms": limits.idleMs,
    "grpc-node.max_session_memory": limits.sessionMemoryMib,
  });
  for (const service of router.services) addService(server, service, router);
  const names = router.services.map((service) => service.name);
  for (const { definition, implementation } of reflectionServices(registry, names)) {
    server.addService(definition, implementation);
  }
  const host = options.host ?? "127.0.0.1";
  const port = await bind(server, host, options.port ?? 9090);
  return { address: { host, port }, close: () => closeServer(server) };
}

function addService(server: Server, service: ServiceInfo, router: QueryRouter): void {
  const definition: Record<string, ServiceDefinition[string]> = {};
  const implementation: Record<string, UntypedHandleCall> = {};
  for (const { name, path } of service.methods) {
    definition[name] = passThrough(path);
    // grpc-js types handlers by their request; passThrough says that it is bytes.
    implementation[name] = unaryHandler(path, router) as UntypedHandleCall;
  }
  server.addService(definition, implementation);
}

function unaryHandler(path: string, router: QueryRouter): handleUnaryCall<Uint8Array, Uint8Array> {
  return (call, callback) => {
    const answered = callAtHeight(router, path, call.request, call.metadata);
    answered.then(
      ({ value, height }) => {
        const header = new Metadata();
        header.set(HEIGHT_HEADER, height.toString());
        if (!call.cancelled) call.sendMetadata(header);
        callback(null, value);
      },
      (error: unknown) => {
        const refusal = refusalOfError(error);
        callback({ code: refusal.status, details: refusal.message });
      },
    );
  };
}

async function callAtHeight(router: QueryRouter, path: string, data: Uint8Array, metadata: Metadata) {
  const values = metadata.get(HEIGHT_HEADER);
  // Several heights mean none, as in the SDK.
  const height = values.length === 1 ? parseHeight(String(values[0])) : 0n;
  return router.call(path, data, height);
}

function bind(server: Server, host: string, port: number): Promise<number> {
  const authority = host.includes(":") ? `[${host}]` : host;
  return new Promise((resolve, reject) => {
    server.bindAsync(`${authority}:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(new Error(`gRPC cannot listen on ${authority}:${port}`, { cause: error }));
    });
  });
}

/** Lets open calls end, but not for ever. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), CLOSE_GRACE_MS);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
