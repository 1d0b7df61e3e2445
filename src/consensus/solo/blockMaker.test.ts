// Cases: what a block changes in the set holds two blocks later, in headers, commits and what the application is told; another
// validator is absent; a block that would leave the node without two thirds of the power.

import { expect, test } from "vitest";
import {
  type ExecTxResult,
  ResponseFinalizeBlock,
  ResponseInitChain,
  type ValidatorUpdate,
} from "../../../gen/tendermint/abci/types.ts";
import { BlockIDFlag } from "../../../gen/tendermint/types/validator.ts";
import { runToEnd } from "../../codec/steps.ts";
import { checkCommit, validatorsHash } from "../hashing.ts";
import { TEST_KEY, testGenesis } from "../testing/testNode.ts";
import { BlockMaker, type ChainState, type FinalizeRequest } from "./blockMaker.ts";
import { genesisState, initChainRequest } from "./chainState.ts";
import { PrivValidator } from "./privValidator.ts";

const NO_RESULTS: readonly ExecTxResult[] = [];
const CHAIN_ID = "test-1";

/** A maker over an application that changes the set as it is told, block by block. */
function makerOf(updates: readonly (readonly ValidatorUpdate[])[]) {
  const told: FinalizeRequest[] = [];
  const app = {
    *executeBlock(request: FinalizeRequest) {
      told.push(request);
      yield* NO_RESULTS;
      const validatorUpdates = [...(updates[told.length - 1] ?? [])];
      const response = ResponseFinalizeBlock.fromPartial({ validatorUpdates, appHash: new Uint8Array(32) });
      return { response, commit: { version: told.length, appHash: response.appHash, stores: [], changes: [] } };
    },
  };
  const genesis = testGenesis();
  const request = initChainRequest(genesis);
  const response = ResponseInitChain.fromPartial({});
  const state = genesisState({ request, response, genesis, validatorKey: TEST_KEY });
  const maker = new BlockMaker(CHAIN_ID, app, PrivValidator.open(TEST_KEY, undefined, 0));
  return { maker, state, told };
}

const other = (power: bigint): ValidatorUpdate => ({
  pubKey: { ed25519: new Uint8Array(32).fill(9), secp256k1: undefined },
  power,
});

test("default: a new validator votes two blocks later, and is absent", () => {
  const { maker, state, told } = makerOf([[other(4n)]]);
  let now: ChainState = state;
  const made = [1, 2, 3, 4].map((height) => {
    const block = runToEnd(maker.make(now, [], state.timeNs + BigInt(height) * 1_000_000_000n));
    now = block.next;
    return block;
  });
  expect(made.map(({ hasNewValidators }) => hasNewValidators)).toEqual([true, false, false, false]);
  expect(told.map(({ consensus }) => consensus.votes.map(({ isAbsent }) => isAbsent))).toEqual([
    [],
    [false],
    [false],
    [false, true],
  ]);
  const headers = made.map(({ committed }) => committed.block.header!);
  const two = validatorsHash(now.validators);
  expect(headers.map((header) => Buffer.compare(header.validatorsHash, two) === 0)).toEqual([false, false, true, true]);
  expect(headers.map((header) => Buffer.compare(header.nextValidatorsHash, two) === 0)).toEqual([
    false,
    true,
    true,
    true,
  ]);
  const { commit, committed } = made[2]!;
  expect(commit.signatures.map(({ blockIdFlag }) => blockIdFlag)).toEqual([
    BlockIDFlag.BLOCK_ID_FLAG_COMMIT,
    BlockIDFlag.BLOCK_ID_FLAG_ABSENT,
  ]);
  const verifiers = now.validators.validators.map(({ address, pubKey, votingPower }) => ({
    ...{ address, votingPower, pubKey: pubKey!.ed25519! },
  }));
  expect(checkCommit(CHAIN_ID, committed.blockId, commit, verifiers)).toBeUndefined();
});

test.each([
  [other(5n), "block 1 leaves this node with 10 of 15 voting power"],
  [{ pubKey: { ed25519: TEST_KEY.pubKey, secp256k1: undefined }, power: 0n }, "no validator would be left"],
])("error: a block after which the node cannot go on alone: %#", (update, message) => {
  const { maker, state } = makerOf([[update]]);
  expect(() => runToEnd(maker.make(state, [], state.timeNs + 1_000_000_000n))).toThrow(message);
});
