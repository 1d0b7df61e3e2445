// Cases: vectors of Go's CometBFT: header, data, commit, evidence, validators, params, results, parts, sign bytes;
// CosmJS's own hasher; commits that must not verify.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ExecTxResult } from "../../gen/tendermint/abci/types.ts";
import { Block } from "../../gen/tendermint/types/block.ts";
import { ConsensusParams } from "../../gen/tendermint/types/params.ts";
import { BlockIDFlag, ValidatorSet } from "../../gen/tendermint/types/validator.ts";
import { fromHex, toHex } from "../codec/bytes.ts";
import { timestampFromNs, timestampToNs } from "../codec/time.ts";
import { addressOfEd25519 } from "../crypto/address.ts";
import { verifyEd25519 } from "../crypto/ed25519.ts";
import { sha256 } from "../crypto/hash.ts";
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
      const absent = { ...entry, blockIdFlag: BlockIDFlag.BLOCK_ID_FLAG_ABSENT };
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
