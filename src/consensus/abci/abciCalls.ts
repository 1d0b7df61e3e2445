// The calls of ABCI 2.0 (cometbft v0.38 abci/types/application.go), and which of them a request asks for.

import type {
  Request,
  RequestApplySnapshotChunk,
  RequestCheckTx,
  RequestFinalizeBlock,
  RequestInitChain,
  RequestLoadSnapshotChunk,
  RequestOfferSnapshot,
  RequestPrepareProposal,
  RequestProcessProposal,
  RequestQuery,
  RequestVerifyVoteExtension,
  Response,
  ResponseApplySnapshotChunk,
  ResponseCheckTx,
  ResponseCommit,
  ResponseExtendVote,
  ResponseFinalizeBlock,
  ResponseInfo,
  ResponseInitChain,
  ResponseListSnapshots,
  ResponseLoadSnapshotChunk,
  ResponseOfferSnapshot,
  ResponsePrepareProposal,
  ResponseProcessProposal,
  ResponseQuery,
  ResponseVerifyVoteExtension,
} from "../../../gen/tendermint/abci/types.ts";
import { AbciError } from "./abciError.ts";

/** What CometBFT asks of an application. A call that rejects is answered with an exception, which stops CometBFT. */
export interface AbciCalls {
  info(): Promise<ResponseInfo>;
  query(request: RequestQuery): Promise<ResponseQuery>;
  checkTx(request: RequestCheckTx): Promise<ResponseCheckTx>;
  initChain(request: RequestInitChain): Promise<ResponseInitChain>;
  prepareProposal(request: RequestPrepareProposal): Promise<ResponsePrepareProposal>;
  processProposal(request: RequestProcessProposal): Promise<ResponseProcessProposal>;
  extendVote(): Promise<ResponseExtendVote>;
  verifyVoteExtension(request: RequestVerifyVoteExtension): Promise<ResponseVerifyVoteExtension>;
  finalizeBlock(request: RequestFinalizeBlock): Promise<ResponseFinalizeBlock>;
  commit(): Promise<ResponseCommit>;
  listSnapshots(): Promise<ResponseListSnapshots>;
  offerSnapshot(request: RequestOfferSnapshot): Promise<ResponseOfferSnapshot>;
  loadSnapshotChunk(request: RequestLoadSnapshotChunk): Promise<ResponseLoadSnapshotChunk>;
  applySnapshotChunk(request: RequestApplySnapshotChunk): Promise<ResponseApplySnapshotChunk>;
}

/**
 * Whether a request may be worked on before the one in front of it is answered. The answers keep their order all the
 * same. These move nothing but the check state, which keeps its own order.
 */
export function mayOverlap(request: Request): boolean {
  return (
    request.checkTx !== undefined ||
    request.query !== undefined ||
    request.flush !== undefined ||
    request.echo !== undefined
  );
}

/** The call of a request. Rejects with AbciError `protocol` when there is none, and with what the call rejects with. */
export async function answer(calls: AbciCalls, request: Request): Promise<Response> {
  if (request.checkTx) return { checkTx: await calls.checkTx(request.checkTx) };
  if (request.flush) return { flush: {} };
  if (request.echo) return { echo: { message: request.echo.message } };
  if (request.info) return { info: await calls.info() };
  if (request.query) return { query: await calls.query(request.query) };
  return answerConsensus(calls, request);
}

async function answerConsensus(calls: AbciCalls, request: Request): Promise<Response> {
  if (request.initChain) return { initChain: await calls.initChain(request.initChain) };
  if (request.prepareProposal) return { prepareProposal: await calls.prepareProposal(request.prepareProposal) };
  if (request.processProposal) return { processProposal: await calls.processProposal(request.processProposal) };
  if (request.extendVote) return { extendVote: await calls.extendVote() };
  if (request.verifyVoteExtension) {
    return { verifyVoteExtension: await calls.verifyVoteExtension(request.verifyVoteExtension) };
  }
  if (request.finalizeBlock) return { finalizeBlock: await calls.finalizeBlock(request.finalizeBlock) };
  if (request.commit) return { commit: await calls.commit() };
  return answerSnapshot(calls, request);
}

async function answerSnapshot(calls: AbciCalls, request: Request): Promise<Response> {
  if (request.listSnapshots) return { listSnapshots: await calls.listSnapshots() };
  if (request.offerSnapshot) return { offerSnapshot: await calls.offerSnapshot(request.offerSnapshot) };
  if (request.loadSnapshotChunk) return { loadSnapshotChunk: await calls.loadSnapshotChunk(request.loadSnapshotChunk) };
  if (request.applySnapshotChunk) {
    return { applySnapshotChunk: await calls.applySnapshotChunk(request.applySnapshotChunk) };
  }
  throw new AbciError("protocol", "unknown request from client");
}
