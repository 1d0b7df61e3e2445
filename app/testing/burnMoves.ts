// Random burns and messages of ours, and replacements of them.

import * as v1 from "../../gen/circle/cctp/v1/tx.ts";
import * as v2 from "../../gen/circle/cctp/v2/tx.ts";
import { encodeBurnMessageV1 } from "../../src/cctp/burnMessageV1.ts";
import { isZero, zeroBytes32 } from "../../src/cctp/bytes32.ts";
import { encodeMessageV1 } from "../../src/cctp/messageV1.ts";
import { encodeMessageV2 } from "../../src/cctp/messageV2.ts";
import { fromHex, toHex, utf8 } from "../../src/codec/bytes.ts";
import { type BurnAsked, LOCAL_TOKEN } from "./cctpRules.ts";
import { DOMAINS, EVERYBODY, type Person } from "./crossChainWorld.ts";
import type { Refusal } from "./ledger.ts";
import { LOCAL_DOMAIN, remoteWord } from "./linkedChain.ts";
import { NOTHING, type OwnMessage, type Scene, STRANGE_DOMAIN, wordOf, ZERO } from "./scene.ts";

/** What is emitted where nothing refuses. */
function outcomeOf(refusal: Refusal, message: () => Uint8Array) {
  return { refusal, emitted: refusal === undefined ? [message()] : [] };
}

/** Somebody burns, mostly as one should. */
export function burnMove(scene: Scene): void {
  const { random, world } = scene;
  const cctp = random.pick([1, 2] as const);
  const from = random.pick(EVERYBODY);
  const amount = random.pick([50_000n, 1_000_000n, 30_000_000n, scene.odd(1n, 0n, 2_000_000_000_000n)]);
  const there = toHex(remoteWord(8));
  const asked: BurnAsked = {
    ...{ cctp, amount, from: from.address },
    hookData:
      cctp === 2 ? random.pick([undefined, undefined, utf8("hello"), scene.odd(undefined, NOTHING)]) : undefined,
    denom: scene.odd("uusdc", "uatom"),
    domain: random.pick([...DOMAINS, ...DOMAINS, STRANGE_DOMAIN, scene.odd(0, LOCAL_DOMAIN)]),
    recipient: scene.odd(there, ZERO, "", "aabb"),
    caller: random.pick([undefined, undefined, toHex(remoteWord(9)), scene.odd(undefined, ZERO, "", "aabb")]),
    maxFee: cctp === 2 ? random.pick([0n, 10n, 100n, scene.odd(10n, amount)]) : 0n,
  };
  const nonce = world.cctp.nextNonce;
  const outcome = outcomeOf(world.cctp.burnRefusal(asked), () => scene.emit(asked, nonce, from));
  if (outcome.refusal === undefined) world.cctp.burn(asked);
  const common = {
    ...{ from: from.address, amount: amount.toString(), destinationDomain: asked.domain },
    ...{ mintRecipient: fromHex(asked.recipient), burnToken: asked.denom },
  };
  const destinationCaller = fromHex(asked.caller ?? "");
  const message = { ...common, destinationCaller, maxFee: asked.maxFee.toString(), minFinalityThreshold: 2000 };
  const { hookData } = asked;
  if (cctp === 2 && hookData === undefined) world.plan(from, v2.MsgDepositForBurn, message, outcome);
  else if (cctp === 2) world.plan(from, v2.MsgDepositForBurnWithHook, { ...message, hookData: hookData! }, outcome);
  else if (asked.caller === undefined) world.plan(from, v1.MsgDepositForBurn, common, outcome);
  else world.plan(from, v1.MsgDepositForBurnWithCaller, { ...common, destinationCaller }, outcome);
}

/** Somebody sends a message that is no burn. */
export function sendMove(scene: Scene): void {
  const { random, world } = scene;
  const { cctp } = world;
  const from = random.pick(EVERYBODY);
  const messageBody = random.pick([NOTHING, utf8("hello")]);
  const destinationDomain = random.pick([...DOMAINS, LOCAL_DOMAIN]);
  const recipient = random.pick([remoteWord(5), remoteWord(5), zeroBytes32()]);
  const header = {
    sourceDomain: LOCAL_DOMAIN,
    destinationDomain,
    sender: fromHex(wordOf(from)),
    recipient,
    messageBody,
  };
  const common = { ...header, destinationCaller: zeroBytes32() };
  const message = { from: from.address, destinationDomain, recipient, messageBody };
  if (random.below(2) === 0) {
    const shape = destinationDomain === LOCAL_DOMAIN ? "cctp 229" : isZero(recipient) ? "cctp 231" : undefined;
    const rest = { minFinalityThreshold: 1000, finalityThresholdExecuted: 0, nonce: zeroBytes32(), version: 1 };
    const outcome = outcomeOf(cctp.isMessagePaused ? "cctp 201" : shape, () => encodeMessageV2({ ...common, ...rest }));
    world.plan(from, v2.MsgSendMessage, { ...message, minFinalityThreshold: 1000 }, outcome);
    return;
  }
  const caller = random.pick([undefined, remoteWord(9), scene.odd(remoteWord(9), zeroBytes32(), NOTHING)]);
  const sent = { ...common, destinationCaller: caller ?? zeroBytes32(), version: 0, nonce: cctp.nextNonce };
  const isRefused = cctp.isMessagePaused || isZero(recipient) || (caller !== undefined && isZero(caller));
  const outcome = outcomeOf(isRefused ? "cctp 42" : undefined, () => encodeMessageV1(sent));
  if (!isRefused) {
    cctp.nextNonce += 1n;
    scene.own.push({ message: sent, bytes: encodeMessageV1(sent), owner: from, burn: undefined });
  }
  if (caller === undefined) world.plan(from, v1.MsgSendMessage, message, outcome);
  else world.plan(from, v1.MsgSendMessageWithCaller, { ...message, destinationCaller: caller }, outcome);
}

/** A replacement of one of our messages, by its owner or by somebody else. The nonce stays, and no money moves. */
export function replaceMove(scene: Scene): void {
  const { random } = scene;
  const recent = scene.own.slice(-8);
  if (recent.length === 0) return;
  const own = random.pick(recent);
  const from = random.pick([own.owner, own.owner, random.pick(EVERYBODY)]);
  if (own.burn === undefined) replaceMessage(scene, own, from);
  else replaceBurn(scene, own, own.burn, from);
}

/** Why the message itself would not be sent again. */
function attestationRefusal(scene: Scene, fact: Parameters<Scene["world"]["cctp"]["isAttested"]>[1]): Refusal {
  const { cctp } = scene.world;
  if (cctp.isMessagePaused) return "cctp 47";
  return cctp.isAttested({ cctp: 1 }, fact) ? undefined : "cctp 46";
}

function replaceMessage(scene: Scene, { message, bytes, owner }: OwnMessage, from: Person): void {
  const { fact, sign } = scene.attestation(1);
  const changed = { messageBody: utf8("again"), destinationCaller: remoteWord(9) };
  const refusal = attestationRefusal(scene, fact) ?? (from === owner ? undefined : "cctp 47");
  const outcome = outcomeOf(refusal, () => encodeMessageV1({ ...message, ...changed }));
  const request = {
    ...{ from: from.address, originalMessage: bytes, originalAttestation: sign(bytes) },
    ...{ newMessageBody: changed.messageBody, newDestinationCaller: changed.destinationCaller },
  };
  scene.world.plan(from, v1.MsgReplaceMessage, request, outcome);
}

function replaceBurn(scene: Scene, { message, bytes, owner }: OwnMessage, burn: BurnAsked, from: Person): void {
  const { random, world } = scene;
  const { cctp } = world;
  const { fact, sign } = scene.attestation(1);
  const newMintRecipient = random.pick([remoteWord(11), remoteWord(12), scene.odd(remoteWord(13), zeroBytes32())]);
  const newDestinationCaller = random.pick([zeroBytes32(), remoteWord(9)]);
  const isRefused = (cctp.isBurnPaused && !cctp.isStrict) || from !== owner || isZero(newMintRecipient);
  const tooLong = cctp.v1.bodyMax < 132n ? "cctp 42" : undefined;
  const refusal = isRefused ? "cctp 44" : (attestationRefusal(scene, fact) ?? tooLong);
  const body = { version: 0, burnToken: LOCAL_TOKEN, mintRecipient: newMintRecipient, amount: burn.amount };
  const messageBody = encodeBurnMessageV1({ ...body, messageSender: fromHex(wordOf(owner)) });
  const changed = { destinationCaller: newDestinationCaller, messageBody };
  const outcome = outcomeOf(refusal, () => encodeMessageV1({ ...message, ...changed }));
  const request = {
    ...{ from: from.address, originalMessage: bytes, originalAttestation: sign(bytes) },
    ...{ newMintRecipient, newDestinationCaller },
  };
  world.plan(from, v1.MsgReplaceDepositForBurn, request, outcome);
}
