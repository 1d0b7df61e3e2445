// USDC in and out by CCTP V1 and V2, with nothing but CosmJS and the generated types. Cases: a chain is linked by messages;
// an attested burn mints; it is refused a second time; a burn here emits the message that the attesters sign.

import { type EncodeObject, type GeneratedType, Registry } from "@cosmjs/proto-signing";
import { coins, type DeliverTxResponse, defaultRegistryTypes, SigningStargateClient } from "@cosmjs/stargate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as v1 from "../../gen/circle/cctp/v1/tx.ts";
import * as v2 from "../../gen/circle/cctp/v2/tx.ts";
import { burnTokenOfDenom, cctpModuleBytes32, evmAddressOfPublicKey } from "../../src/cctp/addresses.ts";
import { decodeBurnMessageV1, encodeBurnMessageV1 } from "../../src/cctp/burnMessageV1.ts";
import { decodeBurnMessageV2, encodeBurnMessageV2 } from "../../src/cctp/burnMessageV2.ts";
import { addressToBytes32, zeroBytes32 } from "../../src/cctp/bytes32.ts";
import { decodeMessageV1, encodeMessageV1 } from "../../src/cctp/messageV1.ts";
import { decodeMessageV2, encodeMessageV2 } from "../../src/cctp/messageV2.ts";
import { signAttestation } from "../../src/cctp/signAttestation.ts";
import { decodeAddress } from "../../src/codec/address.ts";
import { toHex } from "../../src/codec/bytes.ts";
import { sha256 } from "../../src/crypto/hash.ts";
import { fullPublicKey, publicKeyOf } from "../../src/crypto/secp256k1.ts";
import { addressOf, directWallet, freshAddress, startTestChain, type TestChain } from "./testChain.ts";

const FEE = { amount: coins(10_000, "uusdc"), gas: "400000" };
const LOCAL_DOMAIN = 7770;
const REMOTE_DOMAIN = 0;
const ATTESTER_KEY = sha256(Buffer.from("an attester of this test"));
const word = (byte: number) => new Uint8Array(32).fill(byte);
const TOKEN_MESSENGER = word(0xa1);
const REMOTE_USDC = word(0xb2);
const REMOTE_ACCOUNT = word(0xc3);

let chain: TestChain;
let client: SigningStargateClient;
let operator: string;

/** The generated types are what CosmJS asks for: it encodes with `fromPartial`. */
function typesOf(modules: Readonly<Record<string, unknown>>): [string, GeneratedType][] {
  return Object.values(modules)
    .filter((value): value is GeneratedType & { $type: string } => (value as { $type?: string }).$type !== undefined)
    .map((codec) => [`/${codec.$type}`, codec]);
}

beforeAll(async () => {
  chain = await startTestChain();
  const wallet = await directWallet(chain, 0);
  operator = await addressOf(wallet);
  const registry = new Registry([...defaultRegistryTypes, ...typesOf(v1), ...typesOf(v2)]);
  client = await SigningStargateClient.connectWithSigner(chain.rpcUrl, wallet, {
    registry,
    broadcastPollIntervalMs: 50,
  });
  await link();
});

afterAll(async () => {
  client?.disconnect();
  await chain?.close();
});

function send(...messages: readonly (readonly [string, object])[]): Promise<DeliverTxResponse> {
  const encoded: EncodeObject[] = messages.map(([typeUrl, value]) => ({
    typeUrl: `/circle.cctp.${typeUrl}`,
    value: { from: operator, ...value },
  }));
  return client.signAndBroadcast(operator, encoded, FEE);
}

/** What an operator does once for a chain, in both versions. */
async function link(): Promise<void> {
  const publicKey = publicKeyOf(ATTESTER_KEY);
  const linked = await send(
    ["v1.MsgAddRemoteTokenMessenger", { domainId: REMOTE_DOMAIN, address: TOKEN_MESSENGER }],
    ["v1.MsgLinkTokenPair", { remoteDomain: REMOTE_DOMAIN, remoteToken: REMOTE_USDC, localToken: "uusdc" }],
    ["v1.MsgEnableAttester", { attester: toHex(fullPublicKey(publicKey)) }],
    ["v2.MsgAddRemoteTokenMessenger", { domainId: REMOTE_DOMAIN, address: TOKEN_MESSENGER }],
    ["v2.MsgEnableAttester", { attester: `0x${toHex(evmAddressOfPublicKey(publicKey))}` }],
    ["v2.MsgUpdateSignatureThreshold", { amount: 1 }],
  );
  expect(linked.rawLog).toBe("");
  expect(linked.code).toBe(0);
}

function burnV1(recipient: string, amount: bigint, nonce: bigint): Uint8Array {
  return encodeMessageV1({
    version: 0,
    sourceDomain: REMOTE_DOMAIN,
    destinationDomain: LOCAL_DOMAIN,
    nonce,
    sender: TOKEN_MESSENGER,
    recipient: cctpModuleBytes32(),
    destinationCaller: zeroBytes32(),
    messageBody: encodeBurnMessageV1({
      version: 0,
      burnToken: REMOTE_USDC,
      mintRecipient: addressToBytes32(decodeAddress(recipient)),
      amount,
      messageSender: REMOTE_ACCOUNT,
    }),
  });
}

function burnV2(recipient: string, amount: bigint, feeExecuted: bigint): Uint8Array {
  return encodeMessageV2({
    version: 1,
    sourceDomain: REMOTE_DOMAIN,
    destinationDomain: LOCAL_DOMAIN,
    nonce: sha256(Buffer.from(recipient)),
    sender: TOKEN_MESSENGER,
    recipient: cctpModuleBytes32(),
    destinationCaller: zeroBytes32(),
    minFinalityThreshold: 1000,
    finalityThresholdExecuted: 1000,
    messageBody: encodeBurnMessageV2({
      version: 1,
      burnToken: REMOTE_USDC,
      mintRecipient: addressToBytes32(decodeAddress(recipient)),
      amount,
      messageSender: REMOTE_ACCOUNT,
      maxFee: feeExecuted,
      feeExecuted,
      expirationBlock: 0n,
      hookData: new Uint8Array(0),
    }),
  });
}

/** The message in the MessageSent event of a transaction. */
function sentMessage(result: DeliverTxResponse): Uint8Array {
  const event = result.events.find(({ type }) => type.endsWith(".MessageSent"));
  const text: string = JSON.parse(event?.attributes.find(({ key }) => key === "message")?.value ?? '""');
  return new Uint8Array(Buffer.from(text, "base64"));
}

describe("V1", () => {
  test("default: an attested burn mints, once", async () => {
    const recipient = await freshAddress();
    const message = burnV1(recipient, 25_000_000n, 7n);
    const attestation = signAttestation(message, [ATTESTER_KEY]);
    const received = await send(["v1.MsgReceiveMessage", { message, attestation }]);
    expect(received.code).toBe(0);
    expect((await client.getBalance(recipient, "uusdc")).amount).toBe("25000000");
    const again = await send(["v1.MsgReceiveMessage", { message, attestation }]);
    expect(again).toMatchObject({ code: 36, rawLog: expect.stringContaining("nonce already used") });
    expect((await client.getBalance(recipient, "uusdc")).amount).toBe("25000000");
    expect(chain.devnet.app.brokenInvariants()).toEqual([]);
  });

  test("error: an attestation of somebody else", async () => {
    const message = burnV1(await freshAddress(), 1n, 8n);
    const attestation = signAttestation(message, [sha256(Buffer.from("nobody"))]);
    const refused = await send(["v1.MsgReceiveMessage", { message, attestation }]);
    expect(refused).toMatchObject({ code: 36, rawLog: expect.stringContaining("not an attester") });
  });

  test("default: a burn emits what the attesters sign", async () => {
    const burned = await send([
      "v1.MsgDepositForBurn",
      { amount: "12345678", destinationDomain: REMOTE_DOMAIN, mintRecipient: REMOTE_ACCOUNT, burnToken: "uusdc" },
    ]);
    expect(burned.code).toBe(0);
    const message = decodeMessageV1(sentMessage(burned));
    expect(message).toMatchObject({ sourceDomain: LOCAL_DOMAIN, destinationDomain: REMOTE_DOMAIN });
    expect(message.sender).toEqual(cctpModuleBytes32());
    const burn = decodeBurnMessageV1(message.messageBody);
    expect(burn.amount).toBe(12_345_678n);
    expect(burn.burnToken).toEqual(burnTokenOfDenom("uusdc"));
    expect(burn.messageSender).toEqual(addressToBytes32(decodeAddress(operator)));
    expect(chain.devnet.app.brokenInvariants()).toEqual([]);
  });
});

describe("V2", () => {
  test("default: a fast transfer mints what is left of it, and the fee apart", async () => {
    const recipient = await freshAddress();
    const message = burnV2(recipient, 5_000_000n, 500n);
    const attestation = signAttestation(message, [ATTESTER_KEY]);
    const received = await send(["v2.MsgReceiveMessage", { message, attestation }]);
    expect(received.rawLog).toBe("");
    expect((await client.getBalance(recipient, "uusdc")).amount).toBe("4999500");
    expect((await send(["v2.MsgReceiveMessage", { message, attestation }])).code).toBe(208);
    expect(chain.devnet.app.brokenInvariants()).toEqual([]);
  });

  test("default: a burn with a hook", async () => {
    const burned = await send([
      "v2.MsgDepositForBurnWithHook",
      {
        amount: "1000000",
        destinationDomain: REMOTE_DOMAIN,
        mintRecipient: REMOTE_ACCOUNT,
        burnToken: "uusdc",
        destinationCaller: new Uint8Array(0),
        maxFee: "100",
        minFinalityThreshold: 2000,
        hookData: Buffer.from("hello"),
      },
    ]);
    expect(burned.rawLog).toBe("");
    const message = decodeMessageV2(sentMessage(burned));
    const burn = decodeBurnMessageV2(message.messageBody);
    expect([burn.amount, burn.maxFee, Buffer.from(burn.hookData).toString()]).toEqual([1_000_000n, 100n, "hello"]);
  });
});
