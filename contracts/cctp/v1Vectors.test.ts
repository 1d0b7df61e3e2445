// Replays on our V1 contracts what was done on Circle's (test/vectors/cctp): the same messages and logs to the byte, the
// same refusals in the same words. Our contracts stand at the addresses of Circle's (../testing/circleDeployment.ts).
//
// Cases: burns, messages and replacements of chain A, in order; what chain B received of them, under both sets of
// attesters; what chain A received of a Cosmos chain; 46 deliveries, 36 calls that were refused or not; 17
// administrative calls and their logs.

import { type Address, type Hex, numberToHex, pad } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MessageTransmitter } from "../../gen/contracts/MessageTransmitter.ts";
import { TokenMessenger } from "../../gen/contracts/TokenMessenger.ts";
import { TokenMinter } from "../../gen/contracts/TokenMinter.ts";
import { readVectors } from "../../src/cctp/testing/vectors.ts";
import { BURNER, CONDITIONS, ROLES, startVectorChain } from "../testing/circleDeployment.ts";
import { call, type TestChain } from "../testing/testChain.ts";
import {
  callOf,
  expectSameLogs,
  expectSameOutcome,
  type Preparations,
  prepareAttesters,
  refuseAtStub,
  replayReceive,
  replaySend,
  type VectorAdminCall,
  type VectorCase,
  type VectorReceive,
  type VectorSend,
} from "../testing/vectorReplay.ts";

interface V1Vector {
  readonly id: string;
  readonly message: Hex;
  readonly decoded: { readonly nonce: string; readonly burnMessage?: { readonly mintRecipient: Hex } };
  readonly receive?: readonly (VectorReceive & { readonly usedNonceKey: Hex })[];
}

interface V1Transfer extends V1Vector {
  readonly source: VectorSend & { readonly returnValue: string | null };
}

const TRANSFERS = readVectors<{
  readonly vectors: readonly V1Transfer[];
  readonly originalAfterReplacementWasReceived: { readonly id: string; readonly revertReason: string };
}>("v1-transfers");
const COSMOS_ORIGIN = readVectors<{ readonly vectors: readonly V1Vector[] }>("v1-cosmos-origin");
const RECEIVE = readVectors<{ readonly cases: readonly VectorCase[] }>("v1-negative-receive");
const SEND_ADMIN = readVectors<{
  readonly cases: readonly VectorCase[];
  readonly adminLogs: readonly VectorAdminCall[];
}>("v1-negative-send-admin");

const [A, B] = CONDITIONS.chains;
const { abi: transmitterAbi } = MessageTransmitter;

let chainA: TestChain;
let chainB: TestChain;

beforeAll(async () => {
  chainA = await startVectorChain("A");
  chainB = await startVectorChain("B");
});

afterAll(() => Promise.all([chainA?.stop(), chainB?.stop()]));

/** Receives of all vectors, one row each. */
function receives<V extends V1Vector>(vectors: readonly V[]) {
  return vectors.flatMap(({ id, decoded, receive = [] }) =>
    receive.map((row) => ({ title: `${id}, ${row.config}`, row, recipient: decoded.burnMessage?.mintRecipient })),
  );
}

function usedNonce(chain: TestChain, { tx, usedNonceKey }: { tx: { to: Hex }; usedNonceKey: Hex }): Promise<bigint> {
  return chain.client.readContract({
    address: tx.to,
    abi: transmitterAbi,
    functionName: "usedNonces",
    args: [usedNonceKey],
  });
}

describe("sending on chain A, in order", () => {
  /** Uses up the nonces of the messages that the file of vectors leaves out. */
  async function skipToNonce(nonce: bigint): Promise<void> {
    const address = A.v1.messageTransmitter;
    const next = () => chainA.client.readContract({ address, abi: transmitterAbi, functionName: "nextAvailableNonce" });
    const message = call(BURNER, address, {
      abi: transmitterAbi,
      functionName: "sendMessage",
      args: [B.domain, pad("0x1"), "0x"],
    });
    while ((await next()) < nonce) await chainA.send(message);
  }

  test.each(TRANSFERS.vectors)("$id", async ({ source, message, decoded }) => {
    const replaces = source.returnValue === null;
    if (!replaces) await skipToNonce(BigInt(decoded.nonce));
    const answer = await chainA.tryCall({ from: source.from, to: source.tx.to, data: source.calldata });
    expect(answer).toEqual({ ok: true, data: replaces ? "0x" : numberToHex(BigInt(decoded.nonce), { size: 32 }) });
    await replaySend(chainA, A, source, message);
  });
});

describe("receiving", () => {
  test.each(receives(TRANSFERS.vectors))("chain B: $title", async ({ row, recipient }) => {
    await replayReceive(chainB, B, row, { recipient, usedNonce: () => usedNonce(chainB, row) });
  });

  test.each(receives(COSMOS_ORIGIN.vectors))("chain A: $title", async ({ row, recipient }) => {
    await replayReceive(chainA, A, row, { recipient, usedNonce: () => usedNonce(chainA, row) });
  });

  test("an original is refused after its replacement was received", async () => {
    const { id, revertReason } = TRANSFERS.originalAfterReplacementWasReceived;
    const delivery = (vectorId: string) => {
      const row = TRANSFERS.vectors.find((vector) => vector.id === vectorId)?.receive?.[0];
      if (row === undefined) throw new Error(`no receipt of ${vectorId}`);
      return { from: row.from, to: row.tx.to, data: row.calldata };
    };
    await chainB.aside(async () => {
      await chainB.send(delivery("v1-replace-burn-0"));
      expect(await chainB.tryCall(delivery(id))).toMatchObject({ ok: false, reason: revertReason });
    });
  });
});

const pause = (contract: Address) => call(ROLES, contract, { abi: transmitterAbi, functionName: "pause" });
const removeLocalMinter = (messenger: Address) =>
  call(ROLES, messenger, { abi: TokenMessenger.abi, functionName: "removeLocalMinter" });

/**
 * A delivery of 2^256 - 1 passed the vectors' stand-in for USDC, which adds without a check and has no allowances.
 * FiatToken has them.
 */
const OTHER_TOKEN: Readonly<Record<string, Partial<VectorCase>>> = {
  "v1-neg-amount-overflow": { ok: false, revertReason: "FiatToken: mint amount exceeds minterAllowance" },
};

describe("deliveries to chain B", () => {
  const receiveControl = async () => {
    const control = RECEIVE.cases.find(({ id }) => id === "v1-neg-control");
    if (control === undefined) throw new Error("the control case is missing");
    await chainB.send(callOf(control, B));
  };
  const unlink = call(ROLES, B.v1.tokenMinter, {
    abi: TokenMinter.abi,
    functionName: "unlinkTokenPair",
    args: [B.usdc, A.domain, pad(A.usdc)],
  });
  const preparations: Preparations = {
    "v1-neg-used-nonce-other-body": receiveControl,
    "v1-ok-same-nonce-other-source": receiveControl,
    "v1-neg-used-nonce-vs-version": receiveControl,
    "v1-neg-minter-paused": () => chainB.send(pause(B.v1.tokenMinter)),
    "v1-neg-transmitter-paused-vs-attestation": () => chainB.send(pause(B.v1.messageTransmitter)),
    "v1-neg-no-local-minter": () => chainB.send(removeLocalMinter(B.v1.tokenMessenger)),
    "v1-neg-unlinked": () => chainB.send(unlink),
    "v1-neg-handler-false": () => refuseAtStub(chainB, B),
  };

  test("every case is there", () => {
    expect(RECEIVE.cases).toHaveLength(46);
    for (const id of Object.keys({ ...preparations, ...OTHER_TOKEN })) {
      expect(RECEIVE.cases.map((each) => each.id)).toContain(id);
    }
  });

  test.each(RECEIVE.cases)("$id", async (row) => {
    await chainB.aside(async () => {
      await prepareAttesters(chainB, row.config, B.v1.messageTransmitter);
      await preparations[row.id]?.();
      expectSameOutcome(await chainB.tryCall(callOf(row, B)), { ...row, ...OTHER_TOKEN[row.id] });
    });
  });
});

describe("sending and administering on chain A", () => {
  const administer = async (ids: readonly string[]) => {
    for (const id of ids) {
      const row = SEND_ADMIN.adminLogs.find((each) => each.id === id);
      if (row === undefined) throw new Error(`no administrative call ${id}`);
      await chainA.send(callOf(row, A));
    }
  };
  const preparations: Preparations = {
    "dfb-transmitter-paused": () => chainA.send(pause(A.v1.messageTransmitter)),
    "send-paused": () => chainA.send(pause(A.v1.messageTransmitter)),
    "dfb-minter-paused": () => chainA.send(pause(A.v1.tokenMinter)),
    "rdfb-minter-paused": () => chainA.send(pause(A.v1.tokenMinter)),
    "dfb-no-minter": () => chainA.send(removeLocalMinter(A.v1.tokenMessenger)),
    "adm-disable-threshold": () => administer(["enable-2", "enable-3", "threshold-2", "disable-3"]),
  };

  test("every case is there", () => {
    expect(SEND_ADMIN.cases).toHaveLength(36);
    for (const id of Object.keys(preparations)) expect(SEND_ADMIN.cases.map((each) => each.id)).toContain(id);
  });

  test.each(SEND_ADMIN.cases)("$id", async (row) => {
    await chainA.aside(async () => {
      await preparations[row.id]?.();
      expectSameOutcome(await chainA.tryCall(callOf(row, A)), row);
    });
  });

  test("administrative calls, in order, leave the same logs", async () => {
    expect(SEND_ADMIN.adminLogs).toHaveLength(17);
    await chainA.aside(async () => {
      for (const row of SEND_ADMIN.adminLogs) expectSameLogs(await chainA.send(callOf(row, A)), row);
    });
  });
});
