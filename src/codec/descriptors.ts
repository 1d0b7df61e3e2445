// The descriptors of every .proto file this chain speaks, for reflection: JSON, routes, signers, amino names.

import { createFileRegistry, type FileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { descriptorSetBase64 } from "../../gen/descriptors.ts";
import { fromBase64 } from "./bytes.ts";

let registry: FileRegistry | undefined;

/** All descriptors of `gen/descriptors.ts`. Built at the first call, then the same object. */
export function fileRegistry(): FileRegistry {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, fromBase64(descriptorSetBase64)));
  return registry;
}
