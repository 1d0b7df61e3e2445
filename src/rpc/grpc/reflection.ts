// gRPC server reflection (https://github.com/grpc/grpc/blob/master/doc/server-reflection.md): what grpcurl lists,
// describes and calls by. Written out here because @grpc/reflection re-encodes the files and loses their options.

import { type DescFile, fromBinary, fromJson, type JsonObject, toBinary, toJson } from "@bufbuild/protobuf";
import type { ServerDuplexStream, ServiceDefinition, UntypedHandleCall } from "@grpc/grpc-js";
import { GRPC_STATUS } from "../../baseapp/queryError.ts";
import { toBase64 } from "../../codec/bytes.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { GATEWAY_STATUS } from "../services/grpcStatus.ts";
import { DescriptorIndex } from "./descriptorIndex.ts";
import { passThrough } from "./passThrough.ts";
import { REFLECTION_VERSIONS, type ReflectionProtocol, reflectionProtocol } from "./reflectionProtocol.ts";

/** Questions on one stream; the next ends it with ResourceExhausted. */
export const REFLECTION_REQUESTS_MAX = 10_000;

/** One service to add to a server. */
export interface ReflectionService {
  readonly definition: ServiceDefinition;
  readonly implementation: Readonly<Record<string, UntypedHandleCall>>;
}

/** Reflection of the named services, in every version of the protocol. */
export function reflectionServices(registry: TypeRegistry, serviceNames: readonly string[]): ReflectionService[] {
  const protocols = REFLECTION_VERSIONS.map(reflectionProtocol);
  const index = new DescriptorIndex([registry.descriptors, ...protocols.map((protocol) => protocol.files)]);
  const names = [...serviceNames, ...protocols.map((protocol) => protocol.serviceName)];
  return protocols.map((protocol) => reflectionService(protocol, index, names));
}

function reflectionService(
  protocol: ReflectionProtocol,
  index: DescriptorIndex,
  names: readonly string[],
): ReflectionService {
  const handle = (stream: ServerDuplexStream<Uint8Array, Uint8Array>) => {
    const session = new ReflectionSession(protocol, index, names);
    let ended = false;
    const end = (status: { code: number; details: string } | undefined) => {
      if (ended) return;
      ended = true;
      if (status === undefined) stream.end();
      else stream.emit("error", status);
    };
    stream.on("data", (bytes: Uint8Array) => {
      if (ended) return;
      const answer = session.answer(bytes);
      if ("code" in answer) end(answer);
      else if (!stream.write(answer.bytes)) {
        stream.pause();
        stream.once("drain", () => stream.resume());
      }
    });
    stream.on("end", () => end(undefined));
  };
  return {
    definition: {
      ServerReflectionInfo: { ...passThrough(protocol.path), requestStream: true, responseStream: true },
    },
    // grpc-js types handlers by their stream; the definition above says which one this is.
    implementation: { ServerReflectionInfo: handle as UntypedHandleCall },
  };
}

type Answer = { readonly bytes: Uint8Array } | { readonly code: number; readonly details: string };

/** One stream: it remembers which files the client has been sent. */
class ReflectionSession {
  readonly #protocol: ReflectionProtocol;
  readonly #index: DescriptorIndex;
  readonly #names: readonly string[];
  readonly #sent = new Set<DescFile>();
  #requestCount = 0;

  constructor(protocol: ReflectionProtocol, index: DescriptorIndex, names: readonly string[]) {
    this.#protocol = protocol;
    this.#index = index;
    this.#names = names;
  }

  answer(bytes: Uint8Array): Answer {
    if (++this.#requestCount > REFLECTION_REQUESTS_MAX) {
      return {
        code: GATEWAY_STATUS.RESOURCE_EXHAUSTED,
        details: `at most ${REFLECTION_REQUESTS_MAX} requests a stream`,
      };
    }
    const request = this.#decode(bytes);
    if (request === undefined) return { code: GRPC_STATUS.INVALID_ARGUMENT, details: "cannot decode the request" };
    try {
      return { bytes: this.#encode(request) };
    } catch {
      // Nothing a client sends leads here; and if it did, it would be this stream's end, not the process's.
      return { code: GRPC_STATUS.INTERNAL, details: "internal error" };
    }
  }

  #encode(request: JsonObject): Uint8Array {
    const host = typeof request["host"] === "string" ? request["host"] : "";
    const response: JsonObject = { validHost: host, originalRequest: request, ...this.#respond(request) };
    return toBinary(this.#protocol.response, fromJson(this.#protocol.response, response));
  }

  #decode(bytes: Uint8Array): JsonObject | undefined {
    try {
      const message = fromBinary(this.#protocol.request, bytes, { readUnknownFields: false });
      // The JSON of a message that is no well-known type is an object.
      return toJson(this.#protocol.request, message) as JsonObject;
    } catch {
      return undefined;
    }
  }

  /** The part of the response that answers, in proto JSON. Exactly one of the request's fields is present. */
  #respond(request: JsonObject): JsonObject {
    const { fileByFilename, fileContainingSymbol, fileContainingExtension, allExtensionNumbersOfType } = request;
    if (request["listServices"] !== undefined) {
      return { listServicesResponse: { service: this.#names.map((name) => ({ name })) } };
    }
    if (typeof fileByFilename === "string") {
      return this.#files(this.#index.fileByName(fileByFilename), `File not found: ${fileByFilename}`);
    }
    if (typeof fileContainingSymbol === "string") {
      return this.#files(this.#index.fileOfSymbol(fileContainingSymbol), `Symbol not found: ${fileContainingSymbol}`);
    }
    if (typeof fileContainingExtension === "object") return this.#extension(fileContainingExtension);
    if (typeof allExtensionNumbersOfType === "string") {
      const extensionNumber = this.#index.extensionNumbers(allExtensionNumbersOfType);
      if (extensionNumber === undefined) {
        return errorResponse(GRPC_STATUS.NOT_FOUND, `Type not found: ${allExtensionNumbersOfType}`);
      }
      const baseTypeName = allExtensionNumbersOfType;
      return { allExtensionNumbersResponse: { baseTypeName, extensionNumber: [...extensionNumber] } };
    }
    return errorResponse(GRPC_STATUS.INVALID_ARGUMENT, "invalid MessageRequest: nothing is asked");
  }

  #extension(asked: JsonObject[string]): JsonObject {
    // The field is of type ExtensionRequest, whose JSON is an object; default values are left out of it.
    const { containingType, extensionNumber } = asked as { containingType?: string; extensionNumber?: number };
    const file = this.#index.fileOfExtension(containingType ?? "", extensionNumber ?? 0);
    return this.#files(file, `Extension not found: ${containingType ?? ""} number ${extensionNumber ?? 0}`);
  }

  #files(file: DescFile | undefined, missing: string): JsonObject {
    if (file === undefined) return errorResponse(GRPC_STATUS.NOT_FOUND, missing);
    const files = this.#index.encodeWithImports(file, this.#sent);
    return { fileDescriptorResponse: { fileDescriptorProto: files.map(toBase64) } };
  }
}

function errorResponse(errorCode: number, errorMessage: string): JsonObject {
  return { errorResponse: { errorCode, errorMessage } };
}
