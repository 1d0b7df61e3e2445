// Cases: every vector of test/vectors/cometRpc: the JSON of CometBFT's own encoder, from the same protobuf parts.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  ExecTxResult,
  ResponseCheckTx,
  ResponseFinalizeBlock,
  ResponseInfo,
  ResponseQuery,
  TxResult,
} from "../../../gen/tendermint/abci/types.ts";
import { Block } from "../../../gen/tendermint/types/block.ts";
import { Evidence } from "../../../gen/tendermint/types/evidence.ts";
import { ConsensusParams } from "../../../gen/tendermint/types/params.ts";
import { BlockID, BlockMeta, Commit, Header, TxProof } from "../../../gen/tendermint/types/types.ts";
import { Validator } from "../../../gen/tendermint/types/validator.ts";
import { fromHex } from "../../codec/bytes.ts";
import type { BlockResults, StoredBlock, ValidatorInfo } from "../../consensus/chainNode.ts";
import { sha256 } from "../../crypto/hash.ts";
import { eventsOfBlock } from "./blockEvents.ts";
import {
  blockResultsJson,
  consensusParamsJson,
  indexedTxJson,
  infoJson,
  queryText,
  txProofJson,
  txResultJson,
  validatorJson,
} from "./encodeAbci.ts";
import { blockMetaJson, resultBlockJson } from "./encodeBlock.ts";
import { commitJson, headerJson, hexJson } from "./encodeHeader.ts";
import type { Json } from "./json.ts";
import { broadcastJson, commitResultJson } from "./methods/broadcast.ts";
import { statusJson } from "./methods/status.ts";
import { unconfirmedJson } from "./methods/txs.ts";

interface Case {
  readonly name: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly json: unknown;
}

const file = new URL("../../../test/vectors/cometRpc/results.json", import.meta.url);
// The file's shape is given by the program that writes it.
const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: readonly Case[] };

type Parts = (name: string) => Uint8Array;

function stored(part: Parts): StoredBlock {
  return { blockId: BlockID.decode(part("blockId")), block: Block.decode(part("block")), sizeBytes: 0 };
}

function results(part: Parts): BlockResults {
  const { events, txResults, validatorUpdates, consensusParamUpdates, appHash } = ResponseFinalizeBlock.decode(
    part("response"),
  );
  return { height: 5, txResults, events, validatorUpdates, consensusParamUpdates, appHash };
}

function validator(part: Parts): ValidatorInfo {
  const { address, pubKey, votingPower, proposerPriority } = Validator.decode(part("validator"));
  return { address, pubKey: pubKey?.ed25519 ?? new Uint8Array(0), votingPower, proposerPriority };
}

function eventData(type: string, block: StoredBlock, blockResults: BlockResults): unknown {
  const events = eventsOfBlock({ ...block, height: 5, results: blockResults, txs: [] });
  const event = events.find((candidate) => candidate.type === type);
  return JSON.parse(event?.dataText() ?? "null");
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const bytes = (start: number, count: number) => Uint8Array.from({ length: count }, (_, index) => start + index);
const TXS = ["first", "second", "third"].map(utf8);
const HASH = bytes(160, 32);
const EMPTY_BLOCK: StoredBlock = {
  blockId: BlockID.fromPartial({}),
  block: Block.fromPartial({ header: {}, data: { txs: TXS } }),
  sizeBytes: 0,
};

/** By the first part of the name: the JSON that we make of the same parts. */
const MAKE: Readonly<Record<string, (part: Parts, name: string) => unknown>> = {
  block: (part, name) => resultBlockJson(name === "block/absent" ? undefined : stored(part)),
  header: (part, name) => ({ header: name === "header/absent" ? null : headerJson(Header.decode(part("header"))) }),
  commit: (part) => ({
    signed_header: {
      header: headerJson(Header.decode(part("header"))),
      commit: commitJson(Commit.decode(part("commit"))),
    },
    canonical: true,
  }),
  blockchain: (part) => {
    const { header, blockId, blockSize, numTxs } = BlockMeta.decode(part("meta"));
    const txs = Array.from({ length: Number(numTxs) }, () => new Uint8Array(1));
    const block = Block.fromPartial({ ...(header === undefined ? {} : { header }), data: { txs } });
    if (blockId === undefined) throw new Error("a meta without a block id");
    return { last_height: "9", block_metas: [blockMetaJson({ blockId, block, sizeBytes: Number(blockSize) })] };
  },
  tx: (part, name) => {
    const index = name === "tx/proof" ? 1 : 0;
    const tx = TXS[index]!;
    const found = { hash: sha256(tx), height: 5, index, tx, result: ExecTxResult.decode(part("result")) };
    if (name === "tx") return indexedTxJson(found, undefined);
    const { rootHash, data, proof } = TxProof.decode(part("proof"));
    if (proof === undefined) throw new Error("a proof without a proof");
    const steps = {
      total: Number(proof.total),
      index: Number(proof.index),
      leafHash: proof.leafHash,
      aunts: proof.aunts,
    };
    return indexedTxJson(found, txProofJson(rootHash, data, steps));
  },
  tx_search: () => ({ txs: [], total_count: "0" }),
  block_search: () => ({ blocks: [], total_count: "0" }),
  block_results: (part) => blockResultsJson(results(part)),
  check_tx: (part) => txResultJson(ResponseCheckTx.decode(part("check"))),
  broadcast_tx_commit: (part) =>
    commitResultJson({
      checked: ResponseCheckTx.decode(part("check")),
      result: ExecTxResult.decode(part("result")),
      hash: HASH,
      height: 5,
    }),
  broadcast_tx_sync: (part) => broadcastJson(HASH, ResponseCheckTx.decode(part("check"))),
  broadcast_tx_async: () => broadcastJson(HASH, undefined),
  abci_query: (part) => JSON.parse(queryText(ResponseQuery.decode(part("query"))).text),
  abci_info: (part) => ({ response: infoJson(ResponseInfo.decode(part("info"))) }),
  consensus_params: (part) => ({
    block_height: "6",
    consensus_params: consensusParamsJson(ConsensusParams.decode(part("params"))),
  }),
  validators: (part) => ({ block_height: "6", validators: [validatorJson(validator(part))], count: "1", total: "3" }),
  unconfirmed_txs: () => unconfirmedJson({ size: 7, sizeBytes: 99, list: () => [] }, TXS.slice(0, 2)),
  num_unconfirmed_txs: () => unconfirmedJson({ size: 7, sizeBytes: 99, list: () => [] }, undefined),
  net_info: () => ({ listening: false, listeners: [], n_peers: "0", peers: [] }),
  health: () => ({}),
  genesis_chunked: () => ({ chunk: "0", total: "1", data: "e30=" }),
  status: (part) => {
    const { address, pubKey, votingPower } = validator(part);
    const block = (height: number, appHash: Uint8Array, nanos: number) => ({
      hash: bytes(1, 32),
      header: Header.fromPartial({ height: BigInt(height), appHash, time: { seconds: 1_790_000_000n, nanos } }),
    });
    return statusJson({
      nodeId: "0102030405060708090a0b0c0d0e0f1011121314",
      chainId: "test-<1>",
      moniker: "m",
      appVersion: 3n,
      rpcAddress: "tcp://127.0.0.1:26657",
      latest: block(5, bytes(200, 32), 120_340_000),
      earliest: block(1, new Uint8Array(0), 0),
      validator: { address, pubKey, votingPower },
    });
  },
};

/** Data of events, by their name. */
const EVENTS: Readonly<Record<string, (part: Parts) => unknown>> = {
  NewBlock: (part) => eventData("NewBlock", stored(part), results(part)),
  NewBlockEvents: (part) => eventData("NewBlockEvents", EMPTY_BLOCK, results(part)),
  NewBlockHeader: (part) => {
    const block = Block.fromPartial({ header: Header.decode(part("header")) });
    return eventData("NewBlockHeader", { ...EMPTY_BLOCK, block }, NO_RESULTS);
  },
  Tx: (part) => {
    const { height, index, tx, result } = TxResult.decode(part("tx"));
    const indexed = { hash: sha256(tx), height: Number(height), index, tx, result: result! };
    const event = eventsOfBlock({ ...EMPTY_BLOCK, height: 5, results: NO_RESULTS, txs: [indexed] }).find(
      (candidate) => candidate.type === "Tx",
    );
    return JSON.parse(event?.dataText() ?? "null");
  },
  NewEvidence: (part) => {
    const block = Block.fromPartial({ header: {}, evidence: { evidence: [Evidence.decode(part("evidence"))] } });
    return eventData("NewEvidence", { ...EMPTY_BLOCK, block }, NO_RESULTS);
  },
  ValidatorSetUpdates: (part) => eventData("ValidatorSetUpdates", EMPTY_BLOCK, results(part)),
};

const NO_RESULTS: BlockResults = {
  height: 5,
  txResults: [],
  events: [],
  validatorUpdates: [],
  consensusParamUpdates: undefined,
  appHash: new Uint8Array(0),
};

describe("CometBFT's own JSON", () => {
  test.each(cases.map((vector) => [vector.name, vector] as const))("default: %s", (name, vector) => {
    const part: Parts = (wanted) => fromHex(vector.parts[wanted] ?? "");
    const [kind = "", event = ""] = name.split("/");
    const make = kind === "event" ? EVENTS[event] : MAKE[kind];
    if (make === undefined) throw new Error(`the vector ${name} is of no known kind`);
    // Through text, as clients get it: keys without a value are gone.
    expect(JSON.parse(JSON.stringify(make(part, name) as Json))).toEqual(vector.json);
  });

  test("behavior: hex is in upper case", () => {
    expect(hexJson(Uint8Array.of(0xab, 0x0c))).toBe("AB0C");
  });
});
