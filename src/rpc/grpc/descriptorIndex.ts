// Finds files of descriptors by name, by symbol and by extension, with all they import: what reflection answers from.

import {
  type DescEnum,
  type DescExtension,
  type DescFile,
  type DescMessage,
  type DescService,
  type FileRegistry,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** An index over one or more registries. Built once; read-only. */
export class DescriptorIndex {
  readonly #files = new Map<string, DescFile>();
  readonly #symbols = new Map<string, DescFile>();
  readonly #extensions = new Map<string, Map<number, DescFile>>();
  /** Encoded at the first use: most files are never asked for. */
  readonly #encoded = new Map<DescFile, Uint8Array>();

  constructor(registries: readonly FileRegistry[]) {
    for (const registry of registries) {
      for (const file of registry.files) this.#addFile(file);
    }
  }

  /** The file of a name such as `cosmos/bank/v1beta1/query.proto`. */
  fileByName(name: string): DescFile | undefined {
    return this.#files.get(name);
  }

  /** The file that declares a message, field, oneof, enum, enum value, service, method or extension by full name. */
  fileOfSymbol(symbol: string): DescFile | undefined {
    return this.#symbols.get(symbol);
  }

  /** The file that declares the extension of a message with a number. */
  fileOfExtension(typeName: string, number: number): DescFile | undefined {
    return this.#extensions.get(typeName)?.get(number);
  }

  /** The numbers of all known extensions of a message, ascending; `undefined` when there is no such message. */
  extensionNumbers(typeName: string): readonly number[] | undefined {
    const known = this.#extensions.get(typeName);
    if (known !== undefined) return [...known.keys()].sort((a, b) => a - b);
    return this.#symbols.has(typeName) ? [] : undefined;
  }

  /**
   * The encoded FileDescriptorProtos of a file and of all it imports, the file itself first, each once, without those in
   * `sent`; the file itself is in the answer even when it was sent before. Adds what it returns to `sent`.
   */
  encodeWithImports(file: DescFile, sent: Set<DescFile>): Uint8Array[] {
    const seen = new Set<DescFile>([file]);
    const encoded: Uint8Array[] = [];
    // Grows while it is walked; each file enters once, so the walk ends.
    for (const next of seen) {
      if (next === file || !sent.has(next)) encoded.push(this.#encode(next));
      sent.add(next);
      for (const dependency of next.dependencies) seen.add(dependency);
    }
    return encoded;
  }

  #encode(file: DescFile): Uint8Array {
    const known = this.#encoded.get(file);
    if (known !== undefined) return known;
    const bytes = toBinary(FileDescriptorProtoSchema, file.proto);
    this.#encoded.set(file, bytes);
    return bytes;
  }

  #addFile(file: DescFile): void {
    if (this.#files.has(file.proto.name)) return;
    this.#files.set(file.proto.name, file);
    for (const message of file.messages) this.#addMessage(message, file);
    for (const type of file.enums) this.#addEnum(type, file);
    for (const service of file.services) this.#addService(service, file);
    for (const extension of file.extensions) this.#addExtension(extension, file);
  }

  #addMessage(message: DescMessage, file: DescFile): void {
    this.#symbols.set(message.typeName, file);
    for (const field of message.fields) this.#symbols.set(`${message.typeName}.${field.name}`, file);
    for (const oneof of message.oneofs) this.#symbols.set(`${message.typeName}.${oneof.name}`, file);
    for (const nested of message.nestedMessages) this.#addMessage(nested, file);
    for (const nested of message.nestedEnums) this.#addEnum(nested, file);
    for (const nested of message.nestedExtensions) this.#addExtension(nested, file);
  }

  #addEnum(type: DescEnum, file: DescFile): void {
    this.#symbols.set(type.typeName, file);
    // Values are siblings of their enum, not children, as in C++.
    const scope = type.typeName.slice(0, type.typeName.lastIndexOf(".") + 1);
    for (const value of type.values) this.#symbols.set(scope + value.name, file);
  }

  #addService(service: DescService, file: DescFile): void {
    this.#symbols.set(service.typeName, file);
    for (const method of service.methods) this.#symbols.set(`${service.typeName}.${method.name}`, file);
  }

  #addExtension(extension: DescExtension, file: DescFile): void {
    this.#symbols.set(extension.typeName, file);
    const ofType = this.#extensions.get(extension.extendee.typeName) ?? new Map<number, DescFile>();
    ofType.set(extension.number, file);
    this.#extensions.set(extension.extendee.typeName, ofType);
  }
}
