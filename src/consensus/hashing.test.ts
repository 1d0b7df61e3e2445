// Cases: vectors of Go's CometBFT: header, data, commit, evidence, validators, params, results, parts, sign bytes, commits
// of several validators, proofs of transactions; other hashers; fields left out; commits that must not verify.

import { readFileSync } from "node:fs";
import { create, toBinary } from "@bufbuild/protobuf";
import { BytesValueSchema, Int64ValueSchema, StringValueSchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ExecTxResult } from "../../gen/tendermint/abci/types.ts";
import { Block } from "../../gen/tendermint/types/block.ts";
import { EvidenceList } from "../../gen/tendermint/types/evidence.ts";
import { ConsensusParams } from "../../gen/tendermint/types/params.ts";
import { BlockID, Commit, Header } from "../../gen/tendermint/types/types.ts";
import { BlockIDFlag, ValidatorSet } from "../../gen/tendermint/types/validator.ts";
// The package does not export its hasher; this is the file that @cosmjs/tendermint-rpc itself runs.
import { hashBlock } from "../../node_modules/@cosmjs/tendermint-rpc/build/comet38/hasher.js";
import { fromHex, toHex } from "../codec/bytes.ts";
import { timestampFromNs, timestampToNs } from "../codec/time.ts";
import { addressOfEd25519 } from "../crypto/address.ts";
import { verifyEd25519 } from "../crypto/ed25519.ts";
import { sha256 } from "../crypto/hash.ts";
import { merkleProof, merkleRoot, verifyMerkleProof } from "../crypto/merkle.ts";
import {
  blockIdOf,
  checkCommit,
  commitHash,
  consensusParamsHash,
  dataHash,
  encodeBlock,
  evidenceHash,
  headerHash,
  lastResultsHash,
  precommitSignBytes,
  validatorsHash,
} from "./hashing.ts";

const vectors = JSON.parse(
  readFileSync(new URL("../../test/vectors/comet/comet.json", import.meta.url), "utf8"),
) as (Record<string, string> & { partsTotal: number; results: string[] })[];

describe.each(vectors.map((vector, index) => ({ index, vector })))(
  "vectors of CometBFT: block $index",
  ({ vector }) => {
    const block = Block.decode(fromHex(vector["block"]!));
    const header = block.header!;

    test("default: every hash of the block", () => {
      expect(toHex(headerHash(header))).toBe(vector["blockHash"]);
      expect(toHex(dataHash(block.data!.txs.map(sha256)))).toBe(vector["dataHash"]);
      expect(toHex(commitHash(block.lastCommit!))).toBe(vector["lastCommitHash"]);
      expect(toHex(evidenceHash([]))).toBe(vector["evidenceHash"]);
      expect(toHex(validatorsHash(ValidatorSet.decode(fromHex(vector["validators"]!))))).toBe(vector["validatorsHash"]);
      expect(toHex(consensusParamsHash(ConsensusParams.decode(fromHex(vector["params"]!))))).toBe(vector["paramsHash"]);
      const results = vector.results.map((result) => ExecTxResult.decode(fromHex(result)));
      expect(toHex(lastResultsHash(results))).toBe(vector["resultsHash"]);
    });

    test("behavior: the block is encoded as CometBFT encodes it, and so its parts agree", () => {
      expect(toHex(encodeBlock(block))).toBe(vector["block"]);
      const { blockId, sizeBytes } = blockIdOf(block);
      expect(toHex(blockId.hash)).toBe(vector["blockHash"]);
      expect(blockId.partSetHeader!.total).toBe(vector.partsTotal);
      expect(toHex(blockId.partSetHeader!.hash)).toBe(vector["partsHash"]);
      expect(sizeBytes).toBe(vector["block"]!.length / 2);
    });

    test("behavior: a precommit signs the same bytes, and the signature makes a commit that verifies", () => {
      const { blockId } = blockIdOf(block);
      const timestamp = timestampFromNs(timestampToNs(header.time!) + 1_000_000n);
      const vote = { chainId: header.chainId, height: Number(header.height), round: 0, blockId, timestamp };
      const signBytes = precommitSignBytes(vote);
      const pubKey = fromHex(vector["pubKey"]!);
      const signature = fromHex(vector["signature"]!);
      expect(toHex(signBytes)).toBe(vector["signBytes"]);
      expect(verifyEd25519(pubKey, signBytes, signature)).toBe(true);
      const address = addressOfEd25519(pubKey);
      expect(toHex(address)).toBe(vector["address"]);
      const entry = { blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_COMMIT, validatorAddress: address, timestamp, signature };
      const commit = { height: header.height, round: 0, blockId, signatures: [entry] };
      const validators = [{ address, pubKey, votingPower: 10n }];
      expect(checkCommit(header.chainId, blockId, commit, validators)).toBeUndefined();
      expect(checkCommit("elsewhere", blockId, commit, validators)).toBe("signature 0 is invalid");
      const nothing = new Uint8Array(0);
      const absent = {
        ...entry,
        blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_ABSENT,
        validatorAddress: nothing,
        signature: nothing,
      };
      expect(checkCommit(header.chainId, blockId, { ...commit, signatures: [absent] }, validators)).toBe(
        "0 of 10 voting power signed",
      );
      expect(checkCommit(header.chainId, blockId, { ...commit, signatures: [] }, validators)).toBe(
        "a commit has one entry for each validator",
      );
      const other = { ...blockId, hash: sha256(blockId.hash) };
      expect(checkCommit(header.chainId, other, commit, validators)).toBe("the commit is for another block");
    });
  },
);

interface CommitVectors {
  readonly commits: readonly {
    readonly chainId: string;
    readonly height: number;
    readonly blockId: string;
    readonly validators: string;
    readonly validatorsHash: string;
    readonly commit: string;
    readonly commitHash: string;
    readonly signBytes: readonly string[];
    readonly isValid: boolean;
  }[];
  readonly evidence: readonly { readonly list: string; readonly hash: string }[];
  readonly proofs: readonly {
    readonly txs: readonly string[];
    readonly index: number;
    readonly root: string;
    readonly leafHash: string;
    readonly aunts: readonly string[];
  }[];
  readonly results: readonly { readonly results: readonly string[]; readonly hash: string }[];
}

const more = JSON.parse(
  readFileSync(new URL("../../test/vectors/comet/commit.json", import.meta.url), "utf8"),
) as CommitVectors;

describe.each(more.commits.map((vector, index) => ({ index, vector })))("vectors of CometBFT: commit $index", (row) => {
  const { vector } = row;
  const set = ValidatorSet.decode(fromHex(vector.validators));
  const commit = Commit.decode(fromHex(vector.commit));
  const blockId = BlockID.decode(fromHex(vector.blockId));
  const verifiers = set.validators.map(({ address, pubKey, votingPower }) => ({
    address,
    pubKey: pubKey!.ed25519!,
    votingPower,
  }));

  test("default: hashes and sign bytes, of votes for no block too", () => {
    expect(toHex(validatorsHash(set))).toBe(vector.validatorsHash);
    expect(toHex(commitHash(commit))).toBe(vector.commitHash);
    const { chainId, height } = vector;
    const signed = commit.signatures.map((entry) => {
      if (entry.blockIdFlag === BlockIDFlag.BLOCK_ID_FLAG_ABSENT) return "";
      const isForBlock = entry.blockIdFlag === BlockIDFlag.BLOCK_ID_FLAG_COMMIT;
      const voted = isForBlock ? commit.blockId! : BlockID.fromPartial({});
      return toHex(
        precommitSignBytes({ chainId, height, round: commit.round, blockId: voted, timestamp: entry.timestamp! }),
      );
    });
    expect(signed).toEqual(vector.signBytes);
  });

  test("behavior: CometBFT's verdict", () => {
    expect(checkCommit(vector.chainId, blockId, commit, verifiers) === undefined).toBe(vector.isValid);
  });

  test("error: entries that are not of their validator", () => {
    if (!vector.isValid) return;
    const withFirst = (change: Partial<Commit["signatures"][number]>) =>
      checkCommit(
        vector.chainId,
        blockId,
        { ...commit, signatures: commit.signatures.with(0, { ...commit.signatures[0]!, ...change }) },
        verifiers,
      );
    const present = { blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_COMMIT };
    expect(withFirst({ ...present, validatorAddress: new Uint8Array(20) })).toBe("signature 0 is of another validator");
    expect(withFirst({ blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_UNKNOWN })).toBe("signature 0 has an unknown flag");
    expect(withFirst({ blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_ABSENT, signature: new Uint8Array(64) })).toBe(
      "signature 0 is of nobody",
    );
    const other = { ...blockId, partSetHeader: { ...blockId.partSetHeader!, total: 9999 } };
    expect(checkCommit(vector.chainId, other, commit, verifiers)).toBe("the commit is for another block");
  });
});

test.each(more.evidence)("default: evidence, $list.length digits", ({ list, hash }) => {
  expect(toHex(evidenceHash(EvidenceList.decode(fromHex(list)).evidence))).toBe(hash);
});

test("error: evidence of no kind", () => {
  expect(() => evidenceHash([{}])).toThrow("evidence of no kind");
});

test.each(more.proofs)("default: the proof of transaction $index of $txs.length", (vector) => {
  const hashes = vector.txs.map((tx) => sha256(fromHex(tx)));
  const { root, proof } = merkleProof(hashes, vector.index);
  expect(toHex(root)).toBe(vector.root);
  expect(toHex(dataHash(hashes))).toBe(vector.root);
  expect(toHex(proof.leafHash)).toBe(vector.leafHash);
  expect(proof.aunts.map(toHex)).toEqual(vector.aunts);
  expect(verifyMerkleProof(proof, root, hashes[vector.index]!)).toBe(true);
});

test.each(more.results)("default: results of $results.length transactions", ({ results, hash }) => {
  expect(toHex(lastResultsHash(results.map((result) => ExecTxResult.decode(fromHex(result)))))).toBe(hash);
});

describe("other hashers", () => {
  const bytes = (length: number) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((array) => new Uint8Array(array));
  const maybe = (length: number) => fc.oneof(bytes(length), fc.constant(new Uint8Array(0)));

  test("behavior: the fields of random headers are wrapped as protobuf-es wraps them", () => {
    const headerArb = fc.record({
      chainId: fc.string({ maxLength: 50 }),
      height: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
      hashes: fc.array(maybe(32), { minLength: 9, maxLength: 9 }),
      time: fc.bigInt({ min: -(10n ** 18n), max: 4n * 10n ** 18n }).map(timestampFromNs),
    });
    fc.assert(
      fc.property(headerArb, ({ chainId, height, hashes, time }) => {
        const header = Header.fromPartial({
          ...{ version: { block: 11n }, chainId, height, time, lastBlockId: { partSetHeader: {} } },
          ...{ lastCommitHash: hashes[0]!, dataHash: hashes[1]!, validatorsHash: hashes[2]! },
          ...{ nextValidatorsHash: hashes[3]!, consensusHash: hashes[4]!, appHash: hashes[5]! },
          ...{ lastResultsHash: hashes[6]!, evidenceHash: hashes[7]!, proposerAddress: hashes[8]! },
        });
        const wrap = (value: Uint8Array) => toBinary(BytesValueSchema, create(BytesValueSchema, { value }));
        const leaves = [
          Uint8Array.of(8, 11),
          toBinary(StringValueSchema, create(StringValueSchema, { value: chainId })),
          toBinary(Int64ValueSchema, create(Int64ValueSchema, { value: height })),
          toBinary(TimestampSchema, create(TimestampSchema, time)),
          Uint8Array.of(0x12, 0),
          ...hashes.map(wrap),
        ];
        expect(toHex(headerHash(header))).toBe(toHex(merkleRoot(leaves)));
      }),
    );
  });

  test("behavior: CosmJS 0.39 hashes as Tendermint did before 0.34 (go-amino), and so agrees with no CometBFT", () => {
    for (const vector of vectors.slice(1)) {
      const { header } = Block.decode(fromHex(vector["block"]!));
      const { seconds, nanos } = header!.time!;
      const milliseconds = Number(seconds) * 1000 + Math.trunc(nanos / 1_000_000);
      const theirs = hashBlock({
        ...header!,
        version: { block: Number(header!.version!.block), app: Number(header!.version!.app) },
        height: Number(header!.height),
        // CosmJS's type of a date is a Date with nanoseconds, but cannot be made by hand.
        time: Object.assign(new Date(milliseconds), { nanoseconds: nanos % 1_000_000 }) as never,
        lastBlockId: { hash: header!.lastBlockId!.hash, parts: header!.lastBlockId!.partSetHeader! },
      });
      expect(toHex(theirs)).not.toBe(vector["blockHash"]);
    }
  });
});

describe("fields left out", () => {
  test("behavior: what was never set is hashed and encoded as Go's zero values", () => {
    const bare = Header.fromPartial({ chainId: "c", height: 1n });
    const whole = Header.fromPartial({
      ...bare,
      version: {},
      time: { seconds: -62_135_596_800n, nanos: 0 },
      lastBlockId: { partSetHeader: {} },
    });
    expect(headerHash(bare)).toEqual(headerHash(whole));
    const block = Block.fromPartial({ header: bare, lastCommit: { blockId: {}, signatures: [{}] } });
    const wholeBlock = Block.fromPartial({
      header: whole,
      data: {},
      evidence: {},
      lastCommit: { blockId: { partSetHeader: {} }, signatures: [{ timestamp: whole.time! }] },
    });
    expect(toHex(encodeBlock(block))).toBe(toHex(Block.encode(wholeBlock).finish()));
    expect(commitHash(block.lastCommit!)).toEqual(commitHash(wholeBlock.lastCommit!));
  });

  test("error: a block without a header has no id", () => {
    expect(() => blockIdOf(Block.fromPartial({}))).toThrow("a block has a header");
  });
});
