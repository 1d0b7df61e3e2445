// Who may set what, and what may not be set, beside the vectors.
//
// Cases: refusals of administration in V2, whose code V1 shares; initialisation, before it, twice and by another;
// the set of attesters against a model; ownership offered, taken, withdrawn; rescued tokens.

import fc from "fast-check";
import { type Address, type Hex, pad, zeroAddress, zeroHash } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FiatToken } from "../../gen/contracts/FiatToken.ts";
import { MessageTransmitterV2 } from "../../gen/contracts/MessageTransmitterV2.ts";
import { TokenMessengerV2 } from "../../gen/contracts/TokenMessengerV2.ts";
import { TokenMinterV2 } from "../../gen/contracts/TokenMinterV2.ts";
import { BURNER, CONDITIONS, RELAYER, ROLES, STRANGER, startVectorChain } from "../testing/circleDeployment.ts";
import { type Call, call, type TestChain } from "../testing/testChain.ts";

const [A, B] = CONDITIONS.chains;
const { messageTransmitter, tokenMessenger, tokenMinter } = A.v2;
const transmitter = { abi: MessageTransmitterV2.abi } as const;
const messenger = { abi: TokenMessengerV2.abi } as const;
const minter = { abi: TokenMinterV2.abi } as const;

let chain: TestChain;

beforeAll(async () => {
  chain = await startVectorChain("A");
});

afterAll(() => chain?.stop());

interface Refusal {
  readonly title: string;
  readonly attempt: Call;
  readonly reason: string;
  readonly before?: readonly Call[];
}

const removeLocalMinter = call(ROLES, tokenMessenger, { ...messenger, functionName: "removeLocalMinter" });
const removeLocalMessenger = call(ROLES, tokenMinter, { ...minter, functionName: "removeLocalTokenMessenger" });

const REFUSALS: readonly Refusal[] = [
  {
    title: "enableAttester of the zero address",
    attempt: call(ROLES, messageTransmitter, { ...transmitter, functionName: "enableAttester", args: [zeroAddress] }),
    reason: "New attester must be nonzero",
  },
  {
    title: "disableAttester of one who is none",
    before: [call(ROLES, messageTransmitter, { ...transmitter, functionName: "enableAttester", args: [STRANGER] })],
    attempt: call(ROLES, messageTransmitter, { ...transmitter, functionName: "disableAttester", args: [BURNER] }),
    reason: "Attester already disabled",
  },
  {
    title: "setSignatureThreshold of zero",
    attempt: call(ROLES, messageTransmitter, { ...transmitter, functionName: "setSignatureThreshold", args: [0n] }),
    reason: "Invalid signature threshold",
  },
  {
    title: "setSignatureThreshold by another",
    attempt: call(BURNER, messageTransmitter, { ...transmitter, functionName: "setSignatureThreshold", args: [0n] }),
    reason: "Caller not attester manager",
  },
  {
    title: "getEnabledAttester beyond the last",
    attempt: call(BURNER, messageTransmitter, { ...transmitter, functionName: "getEnabledAttester", args: [1n] }),
    reason: "EnumerableSet: index out of bounds",
  },
  {
    title: "updateAttesterManager to zero",
    attempt: call(ROLES, messageTransmitter, {
      ...transmitter,
      functionName: "updateAttesterManager",
      args: [zeroAddress],
    }),
    reason: "Invalid attester manager address",
  },
  {
    title: "setMaxMessageBodySize by another",
    attempt: call(BURNER, messageTransmitter, { ...transmitter, functionName: "setMaxMessageBodySize", args: [1n] }),
    reason: "Ownable: caller is not the owner",
  },
  {
    title: "pause by another",
    attempt: call(BURNER, messageTransmitter, { ...transmitter, functionName: "pause" }),
    reason: "Pausable: caller is not the pauser",
  },
  {
    title: "updatePauser to zero",
    attempt: call(ROLES, messageTransmitter, { ...transmitter, functionName: "updatePauser", args: [zeroAddress] }),
    reason: "Pausable: new pauser is the zero address",
  },
  {
    title: "updateRescuer to zero",
    attempt: call(ROLES, messageTransmitter, { ...transmitter, functionName: "updateRescuer", args: [zeroAddress] }),
    reason: "Rescuable: new rescuer is the zero address",
  },
  {
    title: "rescueERC20 by another",
    attempt: call(BURNER, messageTransmitter, {
      ...transmitter,
      functionName: "rescueERC20",
      args: [A.usdc, BURNER, 1n],
    }),
    reason: "Rescuable: caller is not the rescuer",
  },
  {
    title: "addRemoteTokenMessenger of zero",
    attempt: call(ROLES, tokenMessenger, {
      ...messenger,
      functionName: "addRemoteTokenMessenger",
      args: [9, zeroHash],
    }),
    reason: "bytes32(0) not allowed",
  },
  {
    title: "addLocalMinter of zero",
    before: [removeLocalMinter],
    attempt: call(ROLES, tokenMessenger, { ...messenger, functionName: "addLocalMinter", args: [zeroAddress] }),
    reason: "Zero address not allowed",
  },
  {
    title: "addLocalMinter where there is one",
    attempt: call(ROLES, tokenMessenger, { ...messenger, functionName: "addLocalMinter", args: [STRANGER] }),
    reason: "Local minter is already set.",
  },
  {
    title: "removeLocalMinter where there is none",
    before: [removeLocalMinter],
    attempt: removeLocalMinter,
    reason: "No local minter is set.",
  },
  {
    title: "setFeeRecipient to zero",
    attempt: call(ROLES, tokenMessenger, { ...messenger, functionName: "setFeeRecipient", args: [zeroAddress] }),
    reason: "Zero address not allowed",
  },
  {
    title: "setMinFeeController by another",
    attempt: call(BURNER, tokenMessenger, { ...messenger, functionName: "setMinFeeController", args: [BURNER] }),
    reason: "Ownable: caller is not the owner",
  },
  {
    title: "denylist by another",
    attempt: call(BURNER, tokenMessenger, { ...messenger, functionName: "denylist", args: [STRANGER] }),
    reason: "Denylistable: caller is not denylister",
  },
  {
    title: "updateDenylister to zero",
    attempt: call(ROLES, tokenMessenger, { ...messenger, functionName: "updateDenylister", args: [zeroAddress] }),
    reason: "Denylistable: new denylister is the zero address",
  },
  {
    title: "a message handed over by another than the transmitter",
    attempt: call(ROLES, tokenMessenger, {
      ...messenger,
      functionName: "handleReceiveFinalizedMessage",
      args: [B.domain, pad(B.v2.tokenMessenger), 2000, "0x"],
    }),
    reason: "Invalid message transmitter",
  },
  {
    title: "mint by another than the TokenMessenger",
    attempt: call(ROLES, tokenMinter, {
      ...minter,
      functionName: "mint",
      args: [B.domain, pad(B.usdc), BURNER, 1n],
    }),
    reason: "Caller not local TokenMessenger",
  },
  {
    title: "burn by another than the TokenMessenger",
    attempt: call(ROLES, tokenMinter, { ...minter, functionName: "burn", args: [A.usdc, 1n] }),
    reason: "Caller not local TokenMessenger",
  },
  {
    title: "addLocalTokenMessenger of zero",
    attempt: call(ROLES, tokenMinter, { ...minter, functionName: "addLocalTokenMessenger", args: [zeroAddress] }),
    reason: "Invalid TokenMessenger address",
  },
  {
    title: "addLocalTokenMessenger where there is one",
    attempt: call(ROLES, tokenMinter, { ...minter, functionName: "addLocalTokenMessenger", args: [STRANGER] }),
    reason: "Local TokenMessenger already set",
  },
  {
    title: "removeLocalTokenMessenger where there is none",
    before: [removeLocalMessenger],
    attempt: removeLocalMessenger,
    reason: "No local TokenMessenger is set",
  },
  {
    title: "linkTokenPair by another",
    attempt: call(BURNER, tokenMinter, {
      ...minter,
      functionName: "linkTokenPair",
      args: [A.usdc, 9, pad(B.usdc)],
    }),
    reason: "Caller is not tokenController",
  },
  {
    title: "setTokenController to zero",
    attempt: call(ROLES, tokenMinter, { ...minter, functionName: "setTokenController", args: [zeroAddress] }),
    reason: "Invalid token controller address",
  },
  {
    title: "initialize again, transmitter",
    attempt: call(ROLES, messageTransmitter, initializeTransmitter()),
    reason: "Initializable: invalid initialization",
  },
  {
    title: "initialize again, messenger",
    attempt: call(ROLES, tokenMessenger, initializeMessenger()),
    reason: "Initializable: invalid initialization",
  },
];

test.each(REFUSALS)("error: $title", async ({ attempt, reason, before = [] }) => {
  expect(await chain.refusal(attempt, ...before)).toBe(reason);
});

interface TransmitterSettings {
  readonly owner?: Address;
  readonly attesterManager?: Address;
  readonly attesters?: readonly Address[];
  readonly threshold?: bigint;
  readonly maxMessageBodySize?: bigint;
}

function initializeTransmitter(change: TransmitterSettings = {}) {
  const { owner = ROLES, attesterManager = ROLES, attesters = [STRANGER] } = change;
  const { threshold = 1n, maxMessageBodySize = 8192n } = change;
  return {
    ...transmitter,
    functionName: "initialize",
    args: [owner, ROLES, ROLES, attesterManager, attesters, threshold, maxMessageBodySize],
  } as const;
}

interface MessengerSettings {
  readonly roles?: { readonly owner?: Address; readonly tokenMinter?: Address };
  readonly minFee?: bigint;
  readonly remoteDomains?: readonly number[];
  readonly remoteTokenMessengers?: readonly Hex[];
}

function initializeMessenger(change: MessengerSettings = {}) {
  const { roles = {}, minFee = 0n, remoteDomains = [9], remoteTokenMessengers = [pad(STRANGER)] } = change;
  const standard = {
    owner: ROLES,
    rescuer: ROLES,
    feeRecipient: ROLES,
    denylister: ROLES,
    tokenMinter,
    minFeeController: ROLES,
  };
  return {
    ...messenger,
    functionName: "initialize",
    args: [{ ...standard, ...roles }, minFee, remoteDomains, remoteTokenMessengers],
  } as const;
}

describe("initialisation", () => {
  const deployTransmitter = () => chain.deploy(ROLES, MessageTransmitterV2, [0, 1]);
  const deployMessenger = () => chain.deploy(ROLES, TokenMessengerV2, [messageTransmitter, 1]);

  test("error: settings of the transmitter", async () => {
    const rows: readonly (readonly [TransmitterSettings, string])[] = [
      [{ owner: zeroAddress, attesterManager: zeroAddress }, "Owner is the zero address"],
      [{ attesterManager: zeroAddress, threshold: 2n }, "AttesterManager is the zero address"],
      [{ threshold: 2n, maxMessageBodySize: 0n }, "Signature threshold exceeds attesters"],
      [{ maxMessageBodySize: 0n, threshold: 0n }, "MaxMessageBodySize is zero"],
      [{ threshold: 0n }, "Invalid signature threshold"],
      [{ attesters: [STRANGER, STRANGER] }, "Attester already enabled"],
    ];
    await chain.aside(async () => {
      const fresh = await deployTransmitter();
      for (const [change, reason] of rows) {
        expect(await chain.refusal(call(ROLES, fresh, initializeTransmitter(change)))).toBe(reason);
      }
      expect(await chain.refusal(call(ROLES, fresh, initializeTransmitter()))).toBeUndefined();
    });
  });

  test("error: settings of the messenger", async () => {
    const rows: readonly (readonly [MessengerSettings, string])[] = [
      [{ roles: { owner: zeroAddress }, remoteDomains: [] }, "Owner is the zero address"],
      [{ remoteDomains: [] }, "Invalid remote domain configuration"],
      [{ roles: { tokenMinter: zeroAddress } }, "Zero address not allowed"],
      [{ minFee: 10_000_000n }, "Min fee too high"],
      [{ remoteTokenMessengers: [zeroHash] }, "bytes32(0) not allowed"],
      [{ remoteDomains: [9, 9], remoteTokenMessengers: [pad(STRANGER), pad(BURNER)] }, "TokenMessenger already set"],
    ];
    await chain.aside(async () => {
      const fresh = await deployMessenger();
      for (const [change, reason] of rows) {
        expect(await chain.refusal(call(ROLES, fresh, initializeMessenger(change)))).toBe(reason);
      }
      expect(await chain.refusal(call(ROLES, fresh, initializeMessenger()))).toBeUndefined();
    });
  });

  test("is the deployer's, once", async () => {
    await chain.aside(async () => {
      const fresh = await deployTransmitter();
      const version = () =>
        chain.client.readContract({ ...transmitter, address: fresh, functionName: "initializedVersion" });
      const owner = () => chain.client.readContract({ ...transmitter, address: fresh, functionName: "owner" });
      expect(await version()).toBe(0n);
      const foreign = call(STRANGER, fresh, initializeTransmitter({ owner: STRANGER }));
      expect(await chain.refusal(foreign)).toBe("Ownable: caller is not the owner");
      await chain.send(call(ROLES, fresh, initializeTransmitter({ owner: BURNER })));
      expect(await version()).toBe(1n);
      expect((await owner()).toLowerCase()).toBe(BURNER);
      const again = call(BURNER, fresh, initializeTransmitter({ owner: BURNER }));
      expect(await chain.refusal(again)).toBe("Initializable: invalid initialization");
    });
  });

  test("before it nothing is received: no attestation at all is not an attestation by nobody", async () => {
    await chain.aside(async () => {
      const fresh = await deployTransmitter();
      const receive = { ...transmitter, functionName: "receiveMessage", args: ["0x", "0x"] } as const;
      expect(await chain.refusal(call(RELAYER, fresh, receive))).toBe("Invalid attestation length");
    });
  });

  test("nonce zero is used after it", async () => {
    const used = { ...transmitter, address: messageTransmitter, functionName: "usedNonces", args: [zeroHash] } as const;
    expect(await chain.client.readContract(used)).toBe(1n);
    const value = { ...transmitter, address: messageTransmitter, functionName: "NONCE_USED" } as const;
    expect(await chain.client.readContract(value)).toBe(1n);
  });
});

test("attesters come and go: who goes is replaced by the last", async () => {
  const addressOf = (n: number): Address => `0x${String(n).repeat(40)}`;
  const enable = (n: number) => ({ address: addressOf(n), on: true });
  const disable = (n: number) => ({ address: addressOf(n), on: false });
  const address = fc.integer({ min: 1, max: 5 }).map(addressOf);
  const step = fc.record({ address, on: fc.boolean() });
  const read = { ...transmitter, address: messageTransmitter } as const;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 15 }), async (steps) => {
      await chain.aside(async () => {
        // One attester is enabled from the start; the threshold is one.
        const model = [await chain.client.readContract({ ...read, functionName: "getEnabledAttester", args: [0n] })];
        for (const { address: who, on } of steps) {
          const functionName = on ? "enableAttester" : "disableAttester";
          const attempt = call(ROLES, messageTransmitter, { ...transmitter, functionName, args: [who] });
          const place = model.indexOf(who);
          const refused = on ? place >= 0 : model.length === 1 || place < 0;
          expect((await chain.refusal(attempt)) === undefined).toBe(!refused);
          if (refused) continue;
          await chain.send(attempt);
          const last = model.at(-1);
          if (on) model.push(who);
          else {
            if (last !== undefined) model[place] = last;
            model.pop();
          }
        }
        const count = await chain.client.readContract({ ...read, functionName: "getNumEnabledAttesters" });
        expect(count).toBe(BigInt(model.length));
        for (const [index, who] of model.entries()) {
          const args = [BigInt(index)] as const;
          expect(await chain.client.readContract({ ...read, functionName: "getEnabledAttester", args })).toBe(who);
          const enabled = { ...read, functionName: "isEnabledAttester", args: [who] } as const;
          expect(await chain.client.readContract(enabled)).toBe(true);
        }
      });
    }),
    // The example moves the last into the place of one that goes, and then lets it go itself.
    { numRuns: 10, examples: [[[enable(1), enable(2), enable(3), disable(1), disable(3)]]] },
  );
});

test("an offer of ownership can be withdrawn, and is taken only by whom it was made to", async () => {
  const offer = (to: Address) => call(ROLES, tokenMinter, { ...minter, functionName: "transferOwnership", args: [to] });
  const accept = (by: Address) => call(by, tokenMinter, { ...minter, functionName: "acceptOwnership" });
  const refused = "Ownable2Step: caller is not the new owner";
  expect(await chain.refusal(accept(BURNER), offer(STRANGER))).toBe(refused);
  expect(await chain.refusal(accept(STRANGER), offer(STRANGER), offer(zeroAddress))).toBe(refused);
  expect(await chain.refusal(offer(BURNER), offer(STRANGER))).toBeUndefined();
  expect(await chain.refusal(offer(BURNER), offer(STRANGER), accept(STRANGER))).toBe(
    "Ownable: caller is not the owner",
  );
});

test("tokens that were sent to a contract by mistake can be rescued", async () => {
  const token = FiatToken.abi;
  await chain.aside(async () => {
    await chain.send(call(BURNER, A.usdc, { abi: token, functionName: "transfer", args: [messageTransmitter, 5n] }));
    const args = [A.usdc, STRANGER, 5n] as const;
    await chain.send(call(ROLES, messageTransmitter, { ...transmitter, functionName: "rescueERC20", args }));
    const balance = { abi: token, address: A.usdc, functionName: "balanceOf", args: [STRANGER] } as const;
    expect(await chain.client.readContract(balance)).toBe(5n);
  });
});
