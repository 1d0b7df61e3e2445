// Replays on our V2 contracts what was done on Circle's V2.1 (test/vectors/cctp): the same messages and logs to the byte,
// the same refusals in the same words. Our contracts stand at the addresses of Circle's proxies.
//
// Cases: burns and messages of chain A; what chain B received of them in each attested form, under both sets of
// attesters, also through a hook wrapper; what chain A received of a Cosmos chain; 42 deliveries, 18 calls that were
// refused or not; 5 administrative calls and their logs; the minimum fee.

import { type Address, type Hex, pad, zeroHash } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MessageTransmitterV2 } from "../../gen/contracts/MessageTransmitterV2.ts";
import { TokenMessengerV2 } from "../../gen/contracts/TokenMessengerV2.ts";
import { readVectors } from "../../src/cctp/testing/vectors.ts";
import { BURNER, CONDITIONS, RECIPIENT, ROLES, startVectorChain } from "../testing/circleDeployment.ts";
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

interface AttestedMessage {
  readonly decoded: { readonly nonce: Hex; readonly burnMessage?: { readonly mintRecipient: Hex } };
  readonly receive?: readonly VectorReceive[];
}

interface V2Transfer {
  readonly id: string;
  readonly emittedMessage: Hex;
  readonly source: VectorSend;
  readonly attested: readonly (AttestedMessage & { readonly variant: string })[];
}

const TRANSFERS = readVectors<{
  readonly vectors: readonly V2Transfer[];
  readonly minFee: {
    readonly set: number;
    readonly multiplier: number;
    readonly getMinFeeAmount: Readonly<Record<string, string>>;
    readonly oneBelow: { readonly maxFee: string; readonly amount: string; readonly revertReason: string };
  };
}>("v2-transfers");
const COSMOS_ORIGIN = readVectors<{ readonly vectors: readonly (AttestedMessage & { readonly id: string })[] }>(
  "v2-cosmos-origin",
);
const RECEIVE = readVectors<{ readonly cases: readonly VectorCase[] }>("v2-negative-receive");
const SEND_ADMIN = readVectors<{
  readonly cases: readonly VectorCase[];
  readonly adminLogs: readonly VectorAdminCall[];
}>("v2-negative-send-admin");

const [A, B] = CONDITIONS.chains;
const { abi: transmitterAbi } = MessageTransmitterV2;
const { abi: messengerAbi } = TokenMessengerV2;

let chainA: TestChain;
let chainB: TestChain;

beforeAll(async () => {
  chainA = await startVectorChain("A");
  chainB = await startVectorChain("B");
});

afterAll(() => Promise.all([chainA?.stop(), chainB?.stop()]));

describe("sending on chain A", () => {
  test.each(TRANSFERS.vectors)("$id", ({ source, emittedMessage }) => replaySend(chainA, A, source, emittedMessage));
});

describe("receiving", () => {
  const rowsOf = (title: string, { decoded, receive = [] }: AttestedMessage) =>
    receive.map((row) => ({
      title: `${title}, ${row.config}`,
      row,
      nonce: decoded.nonce,
      recipient: decoded.burnMessage?.mintRecipient,
    }));
  const effectsOf = (
    chain: TestChain,
    address: Hex,
    { nonce, recipient }: { nonce: Hex; recipient: Hex | undefined },
  ) => ({
    recipient,
    usedNonce: () =>
      chain.client.readContract({ address, abi: transmitterAbi, functionName: "usedNonces", args: [nonce] }),
  });

  test.each(
    TRANSFERS.vectors.flatMap(({ id, attested }) => attested.flatMap((each) => rowsOf(`${id}, ${each.variant}`, each))),
  )("chain B: $title", async (received) => {
    await replayReceive(chainB, B, received.row, effectsOf(chainB, B.v2.messageTransmitter, received));
  });

  test.each(COSMOS_ORIGIN.vectors.flatMap((vector) => rowsOf(vector.id, vector)))(
    "chain A: $title",
    async (received) => {
      await replayReceive(chainA, A, received.row, effectsOf(chainA, A.v2.messageTransmitter, received));
    },
  );
});

const pause = (contract: Address) => call(ROLES, contract, { abi: transmitterAbi, functionName: "pause" });
const denylist = (messenger: Address, account: Address) =>
  call(ROLES, messenger, { abi: messengerAbi, functionName: "denylist", args: [account] });

describe("deliveries to chain B", () => {
  const receiveControl = async () => {
    const control = RECEIVE.cases.find(({ id }) => id === "v2-neg-control");
    if (control === undefined) throw new Error("the control case is missing");
    await chainB.send(callOf(control, B));
  };
  const removeLocalMinter = call(ROLES, B.v2.tokenMessenger, { abi: messengerAbi, functionName: "removeLocalMinter" });
  const preparations: Preparations = {
    "v2-neg-used-nonce-other-source": receiveControl,
    "v2-neg-used-nonce-vs-version": receiveControl,
    "v2-neg-minter-paused-fee": () => chainB.send(pause(B.v2.tokenMinter)),
    "v2-neg-transmitter-paused": () => chainB.send(pause(B.v2.messageTransmitter)),
    "v2-ok-denylisted-recipient": () => chainB.send(denylist(B.v2.tokenMessenger, RECIPIENT)),
    "v2-neg-no-local-minter": () => chainB.send(removeLocalMinter),
    "v2-neg-handler-false-unfinalized": () => refuseAtStub(chainB, B),
  };

  test("every case is there", () => {
    expect(RECEIVE.cases).toHaveLength(42);
    for (const id of Object.keys(preparations)) expect(RECEIVE.cases.map((each) => each.id)).toContain(id);
  });

  test.each(RECEIVE.cases)("$id", async (row) => {
    await chainB.aside(async () => {
      await prepareAttesters(chainB, row.config, B.v2.messageTransmitter);
      await preparations[row.id]?.();
      const height = row.blockNumberOfCall === undefined ? undefined : BigInt(row.blockNumberOfCall);
      expectSameOutcome(await chainB.tryCall(callOf(row, B), height), row);
    });
  });
});

describe("sending and administering on chain A", () => {
  const addOwnDomain = call(ROLES, A.v2.tokenMessenger, {
    abi: messengerAbi,
    functionName: "addRemoteTokenMessenger",
    args: [A.domain, pad(A.v2.tokenMessenger)],
  });
  const setMinFee = call(ROLES, A.v2.tokenMessenger, {
    abi: messengerAbi,
    functionName: "setMinFee",
    args: [BigInt(TRANSFERS.minFee.set)],
  });
  const preparations: Preparations = {
    "dfb2-own-domain": () => chainA.send(addOwnDomain),
    "dfb2-minter-paused": () => chainA.send(pause(A.v2.tokenMinter)),
    "dfb2-denylisted": () => chainA.send(denylist(A.v2.tokenMessenger, BURNER)),
    "dfb2-min-fee-exact": () => chainA.send(setMinFee),
    "dfb2-min-fee-rounds-up-to-one": () => chainA.send(setMinFee),
  };

  test("every case is there", () => {
    expect(SEND_ADMIN.cases).toHaveLength(18);
    for (const id of Object.keys(preparations)) expect(SEND_ADMIN.cases.map((each) => each.id)).toContain(id);
  });

  test.each(SEND_ADMIN.cases)("$id", async (row) => {
    await chainA.aside(async () => {
      await preparations[row.id]?.();
      expectSameOutcome(await chainA.tryCall(callOf(row, A)), row);
    });
  });

  test("administrative calls, in order, leave the same logs", async () => {
    expect(SEND_ADMIN.adminLogs).toHaveLength(5);
    await chainA.aside(async () => {
      for (const row of SEND_ADMIN.adminLogs) expectSameLogs(await chainA.send(callOf(row, A)), row);
    });
  });

  test("the minimum fee", async () => {
    const { multiplier, getMinFeeAmount, oneBelow } = TRANSFERS.minFee;
    const messenger = { address: A.v2.tokenMessenger, abi: messengerAbi } as const;
    expect(await chainA.client.readContract({ ...messenger, functionName: "MIN_FEE_MULTIPLIER" })).toBe(
      BigInt(multiplier),
    );
    await chainA.aside(async () => {
      await chainA.send(setMinFee);
      for (const [amount, fee] of Object.entries(getMinFeeAmount)) {
        const question = { ...messenger, functionName: "getMinFeeAmount", args: [BigInt(amount)] } as const;
        expect(await chainA.client.readContract(question)).toBe(BigInt(fee));
      }
      const burn = call(BURNER, A.v2.tokenMessenger, {
        abi: messengerAbi,
        functionName: "depositForBurn",
        args: [BigInt(oneBelow.amount), B.domain, pad(RECIPIENT), A.usdc, zeroHash, BigInt(oneBelow.maxFee), 2000],
      });
      expect(await chainA.tryCall(burn)).toMatchObject({ ok: false, reason: oneBelow.revertReason });
    });
  });
});
