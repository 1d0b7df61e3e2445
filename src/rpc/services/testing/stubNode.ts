// A ChainNode with two blocks and one transaction, all in memory, for tests of the services and gateways.

import { createHash } from "node:crypto";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../../../gen/cosmos/bank/v1beta1/query.ts";
import { MsgSend } from "../../../../gen/cosmos/bank/v1beta1/tx.ts";
import { AuthInfo, TxBody, TxRaw } from "../../../../gen/cosmos/tx/v1beta1/tx.ts";
import {
  ExecTxResult,
  type RequestQuery,
  ResponseCheckTx,
  ResponseInfo,
  ResponseQuery,
} from "../../../../gen/tendermint/abci/types.ts";
import { Block } from "../../../../gen/tendermint/types/block.ts";
import { ConsensusParams } from "../../../../gen/tendermint/types/params.ts";
import { BlockID, Commit } from "../../../../gen/tendermint/types/types.ts";
import { GRPC_STATUS, QueryError } from "../../../baseapp/queryError.ts";
import { encodeAddress } from "../../../codec/address.ts";
import { bytesEqual } from "../../../codec/bytes.ts";
import type { ChainNode, IndexedTx, SearchOptions, StoredBlock } from "../../../consensus/chainNode.ts";
import { responseOfRefusal } from "../grpcStatus.ts";

export const ALICE = encodeAddress(new Uint8Array(20).fill(1));
export const BOB = encodeAddress(new Uint8Array(20).fill(2));

/** The balance that the stub gives to every address but Bob's, which it does not find. */
export const STUB_AMOUNT = "1000000";

/** The bytes of an unsigned MsgSend from Alice to Bob. */
export function stubTx(memo = ""): Uint8Array {
  const send = MsgSend.fromPartial({ fromAddress: ALICE, toAddress: BOB, amount: [{ denom: "uusdc", amount: "5" }] });
  const body = TxBody.fromPartial({
    messages: [{ typeUrl: `/${MsgSend.$type}`, value: MsgSend.encode(send).finish() }],
    memo,
  });
  const authInfo = AuthInfo.fromPartial({
    signerInfos: [{ modeInfo: { single: { mode: 1 } }, sequence: 3n }],
    fee: { amount: [{ denom: "uusdc", amount: "2500" }], gasLimit: 100_000n },
  });
  return TxRaw.encode({
    bodyBytes: TxBody.encode(body).finish(),
    authInfoBytes: AuthInfo.encode(authInfo).finish(),
    signatures: [new Uint8Array(64).fill(7)],
  }).finish();
}

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());

/** Seconds since 1970 of block 1; block 2 is one second and half a second later. */
export const STUB_TIME = 1_700_000_000n;

function stubBlock(height: number, txs: Uint8Array[]): StoredBlock {
  const block = Block.fromPartial({
    header: {
      version: { block: 11n },
      chainId: "stub-1",
      height: BigInt(height),
      time: { seconds: STUB_TIME + BigInt(height - 1), nanos: height === 1 ? 0 : 500_000_000 },
      proposerAddress: new Uint8Array(20).fill(9),
      nextValidatorsHash: new Uint8Array(32).fill(8),
    },
    data: { txs },
    evidence: { evidence: [] },
    lastCommit: { height: BigInt(height - 1), blockId: {} },
  });
  const blockId = BlockID.fromPartial({ hash: new Uint8Array(32).fill(height), partSetHeader: { total: 1 } });
  return { blockId, block, sizeBytes: Block.encode(block).finish().length };
}

/** What a stub does differently from the usual. */
export interface StubOptions {
  readonly submitTx?: ChainNode["submitTx"];
  readonly simulate?: ChainNode["simulate"];
  readonly query?: ChainNode["query"];
  readonly searchTxs?: ChainNode["searchTxs"];
  readonly onBlock?: ChainNode["onBlock"];
  readonly latestHeight?: number;
}

/** The stub, with what was submitted to it. */
export interface StubNode extends ChainNode {
  readonly submitted: Uint8Array[];
}

function bankBalance(request: RequestQuery, latestHeight: number): ResponseQuery {
  const height = request.height === 0n ? BigInt(latestHeight) : request.height;
  const refuse = (refusal: QueryError) => ResponseQuery.fromPartial({ ...responseOfRefusal(refusal), height });
  if (request.path !== "/cosmos.bank.v1beta1.Query/Balance") {
    return ResponseQuery.fromPartial({ code: 6, codespace: "sdk", log: "unknown query path: unknown request", height });
  }
  if (height > BigInt(latestHeight)) {
    const log = "cannot query with height in the future; please provide a valid height: invalid height";
    return ResponseQuery.fromPartial({ code: 26, codespace: "sdk", log, height });
  }
  let asked: QueryBalanceRequest;
  try {
    asked = QueryBalanceRequest.decode(request.data);
  } catch {
    return refuse(new QueryError(GRPC_STATUS.INVALID_ARGUMENT, "malformed request"));
  }
  if (asked.denom === "") return refuse(new QueryError(GRPC_STATUS.INVALID_ARGUMENT, "invalid denom"));
  if (asked.address === BOB) return refuse(new QueryError(GRPC_STATUS.NOT_FOUND, `account ${BOB} not found`));
  const answer = QueryBalanceResponse.fromPartial({ balance: { denom: asked.denom, amount: STUB_AMOUNT } });
  return ResponseQuery.fromPartial({ value: QueryBalanceResponse.encode(answer).finish(), height });
}

/** Makes a stub. Block 2 holds `stubTx()`; whatever else is asked for does not exist. */
export function createStubNode(options: StubOptions = {}): StubNode {
  const tx = stubTx();
  const latestHeight = options.latestHeight ?? 2;
  const blocks = [stubBlock(1, []), stubBlock(2, [tx])];
  const result = ExecTxResult.fromPartial({
    data: new Uint8Array([0x12, 0xab]),
    gasWanted: 100_000n,
    gasUsed: 70_000n,
  });
  const indexed: IndexedTx = { hash: sha256(tx), height: 2, index: 0, tx, result };
  const submitted: Uint8Array[] = [];
  const absent = () => {
    throw new Error("the stub has none of this");
  };
  return {
    submitted,
    chainId: "stub-1",
    moniker: "stub",
    get genesis() {
      return absent();
    },
    nodeId: "00".repeat(20),
    validatorPubKey: new Uint8Array(32).fill(3),
    latestHeight,
    earliestHeight: 1,
    mempool: { size: 0, sizeBytes: 0, list: () => [] },
    admin: undefined,
    info: () =>
      ResponseInfo.fromPartial({ version: "0.1.0", appVersion: 1n, lastBlockAppHash: new Uint8Array(32).fill(4) }),
    query: options.query ?? ((request) => bankBalance(request, latestHeight)),
    checkTx: async () => ResponseCheckTx.fromPartial({}),
    submitTx:
      options.submitTx ??
      (async (bytes) => {
        submitted.push(bytes);
        return ResponseCheckTx.fromPartial({ gasWanted: 100_000n });
      }),
    simulate:
      options.simulate ??
      (() => ({
        gasWanted: 2n ** 64n - 1n,
        gasUsed: 70_000n,
        result,
        msgResponses: [{ typeUrl: "/cosmos.bank.v1beta1.MsgSendResponse", value: new Uint8Array() }],
      })),
    isSyncing: async () => false,
    getBlock: async (height) => blocks[height - 1],
    getBlockByHash: async () => undefined,
    getCommit: async (height) => {
      const header = blocks[height - 1]?.block.header;
      return header === undefined ? undefined : { header, commit: Commit.fromPartial({}), canonical: true };
    },
    getBlockResults: async () => undefined,
    getValidators: async () => [
      {
        address: new Uint8Array(20).fill(9),
        pubKey: new Uint8Array(32).fill(3),
        votingPower: 10n,
        proposerPriority: 0n,
      },
    ],
    getConsensusParams: async () => ConsensusParams.fromPartial({ block: { maxBytes: 1000n, maxGas: -1n } }),
    getTx: async (hash) => (bytesEqual(hash, indexed.hash) ? indexed : undefined),
    searchTxs:
      options.searchTxs ??
      (async ({ query, page }: SearchOptions) => {
        const isHit = query === "tx.height=2" || query === "message.action='send' AND tx.height=2";
        return { items: isHit && page === 1 ? [indexed] : [], totalCount: isHit ? 1 : 0 };
      }),
    searchBlocks: async () => ({ items: [], totalCount: 0 }),
    onBlock: options.onBlock ?? (() => () => undefined),
  };
}
