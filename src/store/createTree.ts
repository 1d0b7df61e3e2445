// Which tree a store gets: the one in WebAssembly where the machine can, else its twin in TypeScript.

import { bytesEqual } from "../codec/bytes.ts";
import { IavlTree } from "./iavlTree.ts";
import type { KvChange } from "./multiStore.ts";
import type { ImportOptions, NodeTree, TreeImporter } from "./nodeTree.ts";
import { hasWasmTree, WasmTree } from "./wasmTree.ts";

const Tree = hasWasmTree ? WasmTree : IavlTree;
/** What trees run in on this machine. */
export const TREE_KIND = hasWasmTree ? "WebAssembly" : "TypeScript";
const CHECKED_KEYS = 9;

/** An empty tree at a version. */
export function createTree(version: number): NodeTree {
  return new Tree(version);
}

/** Starts to build a tree from the records of its nodes. */
export function treeImporter(options: ImportOptions): TreeImporter {
  return Tree.importer(options);
}

/** Throws when hashes are wrong on this machine: better no node than one with other hashes than the rest. */
function check(): void {
  const changes = Array.from(
    { length: CHECKED_KEYS },
    (_, at): KvChange => [Uint8Array.of(at), new Uint8Array(at * 40)],
  );
  if (bytesEqual(createTree(0).stage(changes), new IavlTree().stage(changes))) return;
  throw new Error(`the tree in ${TREE_KIND} is wrong on this machine`);
}

check();
