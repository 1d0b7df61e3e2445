// The compiled contracts that a local EVM chain gets: ours, or somebody's build output.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import type { Abi, Hex } from "viem";
import { FiatToken } from "../../../gen/contracts/FiatToken.ts";
import { MessageTransmitter } from "../../../gen/contracts/MessageTransmitter.ts";
import { MessageTransmitterV2 } from "../../../gen/contracts/MessageTransmitterV2.ts";
import { TokenMessenger } from "../../../gen/contracts/TokenMessenger.ts";
import { TokenMessengerV2 } from "../../../gen/contracts/TokenMessengerV2.ts";
import { TokenMinter } from "../../../gen/contracts/TokenMinter.ts";
import { TokenMinterV2 } from "../../../gen/contracts/TokenMinterV2.ts";
import type { EvmArtifact } from "../../chains/evmArtifact.ts";
import { EvmError } from "./evmError.ts";

/** Where the address of a library goes: bytes from the beginning of the creation code, 20 of them. */
export interface LibraryPlace {
  readonly library: string;
  readonly offset: number;
}

/** A contract, and the libraries that must stand on the chain before it. */
export interface LinkedArtifact extends EvmArtifact {
  readonly libraries?: readonly LibraryPlace[];
}

/** The contracts of USDC and CCTP by Circle's names. */
export interface CctpArtifacts {
  readonly FiatToken: LinkedArtifact;
  readonly MessageTransmitter: LinkedArtifact;
  readonly TokenMessenger: LinkedArtifact;
  readonly TokenMinter: LinkedArtifact;
  readonly MessageTransmitterV2: LinkedArtifact;
  readonly TokenMessengerV2: LinkedArtifact;
  readonly TokenMinterV2: LinkedArtifact;
  /** Stands before transmitter and messenger of V2, whose own constructors forbid to initialise them. */
  readonly AdminUpgradableProxy?: LinkedArtifact | undefined;
  /** What the others link to, by name. */
  readonly libraries: ReadonlyMap<string, LinkedArtifact>;
}

/** Ours, out of `contracts/`. */
export const OUR_ARTIFACTS: CctpArtifacts = Object.freeze({
  FiatToken,
  MessageTransmitter,
  TokenMessenger,
  TokenMinter,
  MessageTransmitterV2,
  TokenMessengerV2,
  TokenMinterV2,
  libraries: new Map<string, LinkedArtifact>(),
});

/** Entries of a build folder that are looked at; Circle's has a few hundred. */
const FOLDER_ENTRIES_MAX = 50_000;
/** A build output with syntax tree and sources is about a megabyte. */
const FILE_BYTES_MAX = 32 * 1024 * 1024;
const ADDRESS_BYTES = 20;

/** Folders that hold other people's builds, or builds in other shapes. */
const SKIPPED = new Set(["node_modules", ".git", "build-info", "cache"]);

/**
 * Reads Circle's contracts from the output of Foundry (`out/`) or Hardhat (`artifacts/`): `<Name>.sol/<Name>.json`, at
 * any depth. USDC is ours unless the folder has a `FiatToken` with our constructor, since CCTP's build has none. Throws
 * EvmError `artifact_invalid`.
 */
export function readCctpArtifacts(folder: string): CctpArtifacts {
  const files = artifactFiles(folder);
  const libraries = new Map<string, LinkedArtifact>();
  const read = (name: string): LinkedArtifact | undefined => {
    const file = files.get(name);
    if (file === undefined) return undefined;
    const artifact = readArtifact(file);
    for (const { library } of artifact.libraries ?? []) {
      if (!libraries.has(library)) libraries.set(library, required(library));
    }
    return artifact;
  };
  const required = (name: string): LinkedArtifact => {
    const artifact = read(name);
    if (artifact !== undefined) return artifact;
    throw new EvmError("artifact_invalid", `${folder} holds no ${name}.sol/${name}.json`);
  };
  return {
    FiatToken: read("FiatToken") ?? FiatToken,
    MessageTransmitter: required("MessageTransmitter"),
    TokenMessenger: required("TokenMessenger"),
    TokenMinter: required("TokenMinter"),
    MessageTransmitterV2: required("MessageTransmitterV2"),
    TokenMessengerV2: required("TokenMessengerV2"),
    TokenMinterV2: required("TokenMinterV2"),
    AdminUpgradableProxy: read("AdminUpgradableProxy"),
    libraries,
  };
}

/** Files `<Name>.sol/<Name>.json` of a folder by name. */
function artifactFiles(folder: string): ReadonlyMap<string, string> {
  if (!existsSync(folder)) throw new EvmError("artifact_invalid", `${folder}: no such folder`);
  const files = new Map<string, string>();
  let entries = 0;
  const visit = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      entries += 1;
      if (entries > FOLDER_ENTRIES_MAX) {
        throw new EvmError(
          "artifact_invalid",
          `${folder} holds more than ${FOLDER_ENTRIES_MAX} files: name the build output`,
        );
      }
      const file = join(path, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) visit(file);
      const name = entry.isFile() && entry.name.endsWith(".json") ? entry.name.slice(0, -".json".length) : undefined;
      if (name === undefined || !path.endsWith(`${sep}${name}.sol`)) continue;
      const other = files.get(name);
      if (other !== undefined) throw new EvmError("artifact_invalid", `${name} is there twice: ${other} and ${file}`);
      files.set(name, file);
    }
  };
  visit(folder);
  return files;
}

type Json = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseJson(file: string): Json {
  if (statSync(file).size > FILE_BYTES_MAX) {
    throw new EvmError("artifact_invalid", `${file} has more than ${FILE_BYTES_MAX} bytes`);
  }
  try {
    const json: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (isRecord(json)) return json;
  } catch (cause) {
    throw new EvmError("artifact_invalid", `${file} is not JSON`, { cause });
  }
  throw new EvmError("artifact_invalid", `${file} holds no object`);
}

/** Reads one contract, in Foundry's shape (`bytecode.object`, `bytecode.linkReferences`) or Hardhat's (both on top). */
function readArtifact(file: string): LinkedArtifact {
  const json = parseJson(file);
  const foundry = isRecord(json["bytecode"]) ? json["bytecode"] : undefined;
  const code = foundry === undefined ? json["bytecode"] : foundry["object"];
  const links = foundry === undefined ? json["linkReferences"] : foundry["linkReferences"];
  const libraries = readLinks(file, links ?? {});
  if (typeof code !== "string") throw new EvmError("artifact_invalid", `${file} holds no bytecode`);
  const bytecode = blankLinks(code.startsWith("0x") ? code.slice(2) : code, libraries);
  if (!/^([0-9a-f]{2})+$/i.test(bytecode)) {
    throw new EvmError("artifact_invalid", `${file}: the bytecode is empty, or is not hex once linked`);
  }
  if (!Array.isArray(json["abi"])) throw new EvmError("artifact_invalid", `${file} holds no abi`);
  // What is called is checked when it is encoded: viem refuses names and arguments that the ABI does not have.
  return { abi: json["abi"] as Abi, bytecode: `0x${bytecode}` as Hex, libraries };
}

/** `{ "src/Message.sol": { "Message": [{ "start": 7, "length": 20 }] } }` */
function readLinks(file: string, links: unknown): readonly LibraryPlace[] {
  if (!isRecord(links)) throw new EvmError("artifact_invalid", `${file}: linkReferences is no object`);
  return Object.values(links).flatMap((source) => {
    if (!isRecord(source)) throw new EvmError("artifact_invalid", `${file}: linkReferences is malformed`);
    return Object.entries(source).flatMap(([library, places]) => {
      if (!Array.isArray(places)) throw new EvmError("artifact_invalid", `${file}: linkReferences is malformed`);
      return places.map((place: unknown) => {
        const offset = isRecord(place) && place["length"] === ADDRESS_BYTES ? place["start"] : undefined;
        if (typeof offset === "number" && Number.isSafeInteger(offset) && offset >= 0) return { library, offset };
        throw new EvmError("artifact_invalid", `${file}: a place of ${library} is malformed`);
      });
    });
  });
}

/** Puts zeros where the compiler left `__$…$__`. */
function blankLinks(code: string, places: readonly LibraryPlace[]): string {
  return places.reduce((text, { offset }) => spliceAddress(text, offset, "0".repeat(2 * ADDRESS_BYTES)), code);
}

function spliceAddress(hex: string, offset: number, address: string): string {
  return `${hex.slice(0, 2 * offset)}${address}${hex.slice(2 * (offset + ADDRESS_BYTES))}`;
}

/** The creation code of a contract with the addresses of its libraries in place. Throws when one is not given. */
export function linkBytecode(artifact: LinkedArtifact, addressOf: (library: string) => Hex): Hex {
  const linked = (artifact.libraries ?? []).reduce(
    (text, { library, offset }) => spliceAddress(text, offset, addressOf(library).slice(2)),
    artifact.bytecode.slice(2),
  );
  return `0x${linked}`;
}
