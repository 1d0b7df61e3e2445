// A client that knows nothing but a server's address: it lists, describes and calls by reflection, as grpcurl does.
// It speaks the protocol by the official .proto files, as @grpc/reflection ships them, not by our descriptors.

import { createRequire } from "node:module";
import {
  create,
  createFileRegistry,
  type FileRegistry,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Client, credentials, loadPackageDefinition, Metadata, type ServiceError } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

/** One answer of the reflection service, as proto-loader decodes it. */
export interface ReflectionAnswer {
  readonly messageResponse: string;
  readonly originalRequest: Record<string, unknown>;
  readonly fileDescriptorResponse: { readonly fileDescriptorProto: readonly Buffer[] };
  readonly listServicesResponse: { readonly service: readonly { readonly name: string }[] };
  readonly allExtensionNumbersResponse: { readonly extensionNumber: readonly number[] };
  readonly errorResponse: { readonly errorCode: number; readonly errorMessage: string };
}

interface ReflectionStream {
  write(request: Record<string, unknown>): void;
  end(): void;
  on(event: string, listener: (value: never) => void): void;
}

const protoFolder = createRequire(import.meta.url)
  .resolve("@grpc/reflection/package.json")
  .replace("package.json", "build/proto");

/** Asks on one stream and resolves with all answers. Rejects with the status of a stream that fails. */
export function askReflection(
  version: string,
  address: string,
  requests: readonly Record<string, unknown>[],
): Promise<ReflectionAnswer[]> {
  const definition = loadSync(`grpc/reflection/${version}/reflection.proto`, {
    includeDirs: [protoFolder],
    oneofs: true,
    defaults: true,
  });
  // biome-ignore lint/suspicious/noExplicitAny: clients made at run time have no static type.
  const loaded = loadPackageDefinition(definition) as any;
  const reflection = new loaded.grpc.reflection[version].ServerReflection(address, credentials.createInsecure());
  return new Promise((resolve, reject) => {
    const answers: ReflectionAnswer[] = [];
    const stream: ReflectionStream = reflection.ServerReflectionInfo();
    stream.on("data", (answer: ReflectionAnswer) => answers.push(answer));
    stream.on("error", (error: Error) => {
      reflection.close();
      reject(error);
    });
    stream.on("end", () => {
      reflection.close();
      resolve(answers);
    });
    for (const request of requests) stream.write(request);
    stream.end();
  });
}

/** The names of all services. */
export async function listServices(version: string, address: string): Promise<string[]> {
  const [answer] = await askReflection(version, address, [{ listServices: "*" }]);
  return answer?.listServicesResponse.service.map((service) => service.name) ?? [];
}

/** The descriptors of a symbol and of all that it imports. Throws when an import is missing. */
export async function describeSymbol(version: string, address: string, symbol: string): Promise<FileRegistry> {
  const [answer] = await askReflection(version, address, [{ fileContainingSymbol: symbol }]);
  const encoded = answer?.fileDescriptorResponse.fileDescriptorProto ?? [];
  const files = encoded.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  return createFileRegistry(create(FileDescriptorSetSchema, { file: importsFirst(files) }));
}

/** The files in an order in which each follows what it imports. */
function importsFirst(files: readonly FileDescriptorProto[]): FileDescriptorProto[] {
  const ordered = new Set<FileDescriptorProto>();
  const add = (file: FileDescriptorProto | undefined) => {
    if (file === undefined || ordered.has(file)) return;
    for (const name of file.dependency) add(files.find((candidate) => candidate.name === name));
    ordered.add(file);
  };
  for (const file of files) add(file);
  return [...ordered];
}

/** What a call by reflection gave. */
export interface DynamicAnswer {
  readonly json: JsonValue;
  /** The height in the response's metadata. */
  readonly height: string | undefined;
}

/** Calls `cosmos.bank.v1beta1.Query/Balance` with JSON, by what reflection says of it. Rejects with the status. */
export async function callByReflection(
  address: string,
  name: string,
  request: JsonValue,
  height?: string,
): Promise<DynamicAnswer> {
  const [serviceName = "", methodName = ""] = name.split("/");
  const files = await describeSymbol("v1", address, serviceName);
  const method = files.getService(serviceName)?.methods.find((candidate) => candidate.name === methodName);
  if (method === undefined) throw new Error(`${name} is not described`);
  const client = new Client(address, credentials.createInsecure());
  const identity = (bytes: Uint8Array) => Buffer.from(bytes);
  const metadata = new Metadata();
  if (height !== undefined) metadata.set("x-cosmos-block-height", height);
  const data = toBinary(method.input, fromJson(method.input, request, { registry: files }));
  try {
    return await new Promise<DynamicAnswer>((resolve, reject) => {
      let answeredAt: string | undefined;
      const done = (error: ServiceError | null, value: Buffer | undefined) => {
        if (error !== null) return reject(error);
        const message = fromBinary(method.output, value ?? new Uint8Array());
        resolve({ json: toJson(method.output, message, { registry: files }), height: answeredAt });
      };
      const call = client.makeUnaryRequest(`/${name}`, identity, identity, data, metadata, done);
      call.on("metadata", (received) => {
        answeredAt = received.get("x-cosmos-block-height")[0]?.toString();
      });
    });
  } finally {
    client.close();
  }
}
