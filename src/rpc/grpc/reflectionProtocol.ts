// The messages of gRPC server reflection (grpc/reflection/v1/reflection.proto and the same as v1alpha), as descriptors:
// they are encoded by reflection, and clients can ask for the description of the service itself.

import {
  create,
  createFileRegistry,
  type DescMessage,
  type FileRegistry,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  type FieldDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";

/** The versions of the protocol that are spoken. Their messages differ in the package name only. */
export const REFLECTION_VERSIONS = ["v1", "v1alpha"] as const;

/** One version of the protocol. */
export interface ReflectionProtocol {
  /** `grpc.reflection.v1.ServerReflection` */
  readonly serviceName: string;
  /** `/grpc.reflection.v1.ServerReflection/ServerReflectionInfo` */
  readonly path: string;
  readonly request: DescMessage;
  readonly response: DescMessage;
  /** Holds the one file of the protocol. */
  readonly files: FileRegistry;
}

type FieldInit = MessageInitShape<typeof FieldDescriptorProtoSchema>;

/** The place of a field in its oneof, and what it holds. */
interface FieldShape {
  readonly oneof?: boolean;
  readonly repeated?: boolean;
  readonly type: "string" | "bytes" | "int32" | { readonly message: string };
}

const SCALARS = {
  string: FieldDescriptorProto_Type.STRING,
  bytes: FieldDescriptorProto_Type.BYTES,
  int32: FieldDescriptorProto_Type.INT32,
};

function field(name: string, number: number, shape: FieldShape): FieldInit {
  const label = shape.repeated === true ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL;
  const type =
    typeof shape.type === "string"
      ? { type: SCALARS[shape.type] }
      : { type: FieldDescriptorProto_Type.MESSAGE, typeName: shape.type.message };
  // protoc writes this name into descriptors; without it there is no JSON form.
  const jsonName = name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  return { name, jsonName, number, label, ...type, ...(shape.oneof === true ? { oneofIndex: 0 } : {}) };
}

function messageTypes(scope: string) {
  const of = (name: string) => ({ message: `.${scope}.${name}` });
  return [
    {
      name: "ServerReflectionRequest",
      oneofDecl: [{ name: "message_request" }],
      field: [
        field("host", 1, { type: "string" }),
        field("file_by_filename", 3, { type: "string", oneof: true }),
        field("file_containing_symbol", 4, { type: "string", oneof: true }),
        field("file_containing_extension", 5, { type: of("ExtensionRequest"), oneof: true }),
        field("all_extension_numbers_of_type", 6, { type: "string", oneof: true }),
        field("list_services", 7, { type: "string", oneof: true }),
      ],
    },
    {
      name: "ExtensionRequest",
      field: [field("containing_type", 1, { type: "string" }), field("extension_number", 2, { type: "int32" })],
    },
    {
      name: "ServerReflectionResponse",
      oneofDecl: [{ name: "message_response" }],
      field: [
        field("valid_host", 1, { type: "string" }),
        field("original_request", 2, { type: of("ServerReflectionRequest") }),
        field("file_descriptor_response", 4, { type: of("FileDescriptorResponse"), oneof: true }),
        field("all_extension_numbers_response", 5, { type: of("ExtensionNumberResponse"), oneof: true }),
        field("list_services_response", 6, { type: of("ListServiceResponse"), oneof: true }),
        field("error_response", 7, { type: of("ErrorResponse"), oneof: true }),
      ],
    },
    {
      name: "FileDescriptorResponse",
      field: [field("file_descriptor_proto", 1, { type: "bytes", repeated: true })],
    },
    {
      name: "ExtensionNumberResponse",
      field: [
        field("base_type_name", 1, { type: "string" }),
        field("extension_number", 2, { type: "int32", repeated: true }),
      ],
    },
    {
      name: "ListServiceResponse",
      field: [field("service", 1, { type: of("ServiceResponse"), repeated: true })],
    },
    { name: "ServiceResponse", field: [field("name", 1, { type: "string" })] },
    {
      name: "ErrorResponse",
      field: [field("error_code", 1, { type: "int32" }), field("error_message", 2, { type: "string" })],
    },
  ];
}

function requireMessage(files: FileRegistry, name: string): DescMessage {
  const message = files.getMessage(name);
  if (message === undefined) throw new Error(`no descriptor of ${name}`);
  return message;
}

/** The descriptors of one version of the protocol. */
export function reflectionProtocol(version: (typeof REFLECTION_VERSIONS)[number]): ReflectionProtocol {
  const scope = `grpc.reflection.${version}`;
  const method = {
    name: "ServerReflectionInfo",
    inputType: `.${scope}.ServerReflectionRequest`,
    outputType: `.${scope}.ServerReflectionResponse`,
    clientStreaming: true,
    serverStreaming: true,
  };
  const file = {
    name: `grpc/reflection/${version}/reflection.proto`,
    package: scope,
    syntax: "proto3",
    messageType: messageTypes(scope),
    service: [{ name: "ServerReflection", method: [method] }],
  };
  const files = createFileRegistry(create(FileDescriptorSetSchema, { file: [file] }));
  return {
    serviceName: `${scope}.ServerReflection`,
    path: `/${scope}.ServerReflection/ServerReflectionInfo`,
    request: requireMessage(files, `${scope}.ServerReflectionRequest`),
    response: requireMessage(files, `${scope}.ServerReflectionResponse`),
    files,
  };
}
