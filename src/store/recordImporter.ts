// Builds a tree from the records of a snapshot, children first: what wasm/import.ts does, for a tree in TypeScript.

import { ByteReader } from "./byteStream.ts";
import { type ImportOptions, NONE, type NodeTree, type TreeImporter } from "./nodeTree.ts";
import { VALUE_UNIT_BYTES, valueUnits } from "./treeValues.ts";

/** Fibonacci growth of AVL trees: 2^32 leaves are at most 46 levels deep. */
const HEIGHT_MAX = 63;

/** What an inner node is read from: its children, and the first leaf below the right one. */
export interface Children {
  readonly left: number;
  readonly right: number;
  readonly smallest: number;
}

/** A leaf as it is read. */
export interface ReadLeaf {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** An empty tree that takes nodes one after the other. */
export interface NodeTarget {
  /** Reads what all nodes have besides height and version. The node. */
  readNode(height: number, version: number, reader: ByteReader): number;
  readLeaf(node: number, leaf: ReadLeaf): void;
  /** Makes an inner node of its children. The height that it has. */
  readInner(node: number, children: Children): number;
  /** `root` may be NONE. */
  finish(root: number, hashes: "check" | "trust"): NodeTree;
}

/** An importer that builds a tree in a target. */
export function recordImporter(target: NodeTarget, { version: latest, nodeCount }: ImportOptions): TreeImporter {
  /** The nodes that no parent has come for yet, and the first leaf below each. */
  const roots: number[] = [];
  const smallest: number[] = [];
  let nodesLeft = nodeCount;

  function readRecord(reader: ByteReader, values: ByteReader): void {
    const height = reader.byte();
    const version = reader.uvarint();
    if (version > latest || version < 1) throw new Error("a node of another version");
    const node = target.readNode(height, version, reader);
    if (height === 0) {
      const [keyLength, valueLength] = [reader.uvarint(), reader.uvarint()];
      if (keyLength === 0) throw new Error("a leaf without a key");
      const value = values.raw(valueUnits(valueLength) * VALUE_UNIT_BYTES).subarray(0, valueLength);
      target.readLeaf(node, { key: reader.raw(keyLength), value });
      smallest.push(node);
    } else {
      const [right, left] = [roots.pop(), roots.pop()];
      if (left === undefined || right === undefined) throw new Error("an inner node without children");
      // The first leaf below the left child is that of the node, too.
      const actual = target.readInner(node, { left, right, smallest: smallest.pop()! });
      if (actual !== height || height > HEIGHT_MAX) throw new Error("an inner node of another height");
    }
    roots.push(node);
  }

  return {
    get nodesLeft() {
      return nodesLeft;
    },
    read: (frame) => {
      const [records, values] = [new ByteReader(frame.records), new ByteReader(frame.values)];
      for (; !records.isAtEnd; nodesLeft -= 1) {
        if (nodesLeft === 0) throw new Error("a node too many");
        readRecord(records, values);
      }
      if (!values.isAtEnd) throw new Error("values are left over");
    },
    finish: (hashes) => {
      if (nodesLeft > 0) throw new Error(`${nodesLeft} nodes are missing`);
      if (roots.length > 1) throw new Error("nodes are left over");
      return target.finish(roots[0] ?? NONE, hashes);
    },
    abandon: () => undefined,
  };
}
