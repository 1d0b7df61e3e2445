// Random deliveries: messages of other chains, right, wrong in one thing, and again.

import * as v1 from "../../gen/circle/cctp/v1/tx.ts";
import * as v2 from "../../gen/circle/cctp/v2/tx.ts";
import { encodeBurnMessageV1 } from "../../src/cctp/burnMessageV1.ts";
import { encodeBurnMessageV2 } from "../../src/cctp/burnMessageV2.ts";
import { encodeMessageV1 } from "../../src/cctp/messageV1.ts";
import { encodeMessageV2 } from "../../src/cctp/messageV2.ts";
import { encodeOrderHook } from "../../src/cctp/orderHook.ts";
import { fromHex, toHex, utf8 } from "../../src/codec/bytes.ts";
import { sha256 } from "../../src/crypto/hash.ts";
import type { BurnFact, MessageFact } from "./cctpRules.ts";
import { DOMAINS, PEOPLE } from "./crossChainWorld.ts";
import { LOCAL_DOMAIN, remoteUsdcOf, remoteWord, tokenMessengerOf } from "./linkedChain.ts";
import type { OrderFact } from "./orderRules.ts";
import {
  type Delivery,
  ESCROW_WORD,
  MODULE_WORD,
  NOTHING,
  type Scene,
  STRANGE_DOMAIN,
  wordOf,
  wordOfText,
  ZERO,
} from "./scene.ts";

/** Who burned on the other chain; nothing is ever sent back there. */
const REMOTE_SENDER = remoteWord(0xee);

/** Somebody brings a message. */
export function deliverMove(scene: Scene): void {
  const { random, world } = scene;
  const delivery = scene.delivered.length > 0 && random.below(6) === 0 ? again(scene) : newDelivery(scene);
  const { fact, bytes } = delivery;
  const from = random.pick([PEOPLE.relayer, PEOPLE.relayer, PEOPLE.relayer, PEOPLE.stranger]);
  const attestation = scene.attestation(fact.cctp);
  const { result: refusal, emitted } = scene.emittedBy(() => {
    const received = world.cctp.receive(fact, attestation.fact, { from: from.hex, height: world.height });
    const { mint } = received;
    if (mint !== undefined) world.orders.onMint(mint, scene.hooks.get(toHex(mint.hookData)), world.nowSeconds);
    return received.refusal;
  });
  const message = { from: from.address, message: bytes, attestation: attestation.sign(bytes) };
  if (fact.cctp === 1) world.plan(from, v1.MsgReceiveMessage, message, { refusal, emitted });
  else world.plan(from, v2.MsgReceiveMessage, message, { refusal, emitted });
}

function again(scene: Scene): Delivery {
  return scene.random.pick(scene.delivered.slice(-20));
}

function newDelivery(scene: Scene): Delivery {
  const { random } = scene;
  scene.messageCount += 1;
  const cctp = random.pick([1, 2] as const);
  const order = scene.anOrder(({ status }) => status === "created");
  const source = random.pick([...DOMAINS, ...DOMAINS, ...DOMAINS, STRANGE_DOMAIN]);
  const nonce = toHex(sha256(utf8(`nonce ${scene.messageCount}`)));
  const relayer = wordOf(PEOPLE.relayer);
  const fact: MessageFact = {
    ...{ cctp, source },
    version: scene.odd(cctp - 1, 2 - cctp, 7),
    destination: scene.odd(LOCAL_DOMAIN, 0, 4),
    nonce: cctp === 1 ? String(scene.messageCount) : scene.odd(nonce, ZERO),
    sender: scene.odd(toHex(tokenMessengerOf(source)), toHex(REMOTE_SENDER)),
    recipient: scene.odd(MODULE_WORD, `ff${MODULE_WORD.slice(2)}`, wordOf(PEOPLE.burner), ESCROW_WORD),
    caller: scene.odd(ZERO, relayer, wordOf(PEOPLE.stranger), `ff${relayer.slice(2)}`),
    finality: random.pick([2000, 2000, 2000, scene.odd(1000, 499, 500)]),
    burn: scene.odd<BurnFact | undefined>(burnFact(scene, cctp, source, order), undefined),
  };
  const delivery = { fact, bytes: encodeFact(fact) };
  scene.delivered.push(delivery);
  return delivery;
}

function burnFact(scene: Scene, cctp: 1 | 2, source: number, order: OrderFact | undefined): BurnFact {
  const { random, world } = scene;
  const payer = wordOf(PEOPLE.payer);
  const deposit = order === undefined ? payer : wordOfText(order.deposit);
  const due = order === undefined ? 1_000_000n : order.total - order.paid;
  const fee = cctp === 2 ? random.pick([0n, 0n, 3n, 100n]) : 0n;
  const recipients = [deposit, deposit, ESCROW_WORD, payer];
  return {
    version: scene.odd(cctp - 1, 2 - cctp),
    token: scene.odd(toHex(remoteUsdcOf(source)), toHex(remoteWord(0x11))),
    recipient: scene.odd(random.pick(recipients), ZERO, MODULE_WORD, `ff${deposit.slice(2)}`),
    amount: random.pick([due, due + fee, due + 5n, due / 2n, 25_000_000n, scene.odd(9_999n, 1n, 10n ** 16n)]),
    maxFee: cctp === 2 ? scene.odd(fee, 0n, fee + 1n) : 0n,
    fee,
    expiration: cctp === 2 ? BigInt(scene.odd(0, world.height, world.height + 1)) : 0n,
    hookData: cctp === 2 ? hookData(scene, order) : NOTHING,
  };
}

/** Hook data that names the order, another one, none or nothing; remembered by what it says. */
function hookData(scene: Scene, order: OrderFact | undefined): Uint8Array {
  const { random } = scene;
  const kind = random.below(4);
  if (kind === 0) return random.pick([NOTHING, utf8("SORD"), utf8("cctp-forward")]);
  const named = random.below(6) === 0 ? scene.anOrder() : order;
  const orderId = named?.id ?? "ord_none";
  const domain = random.pick([...DOMAINS, STRANGE_DOMAIN]);
  const refund = kind === 1 ? undefined : { domain, address: remoteWord(0xc0 + random.below(3)) };
  const bytes = encodeOrderHook({ orderId, refund });
  scene.hooks.set(toHex(bytes), { orderId, backTo: refund && { domain, word: toHex(refund.address) } });
  return bytes;
}

/** The bytes that say it. */
function encodeFact({ cctp, burn, ...fact }: MessageFact): Uint8Array {
  const header = {
    ...{ version: fact.version, sourceDomain: fact.source, destinationDomain: fact.destination },
    ...{ sender: fromHex(fact.sender), recipient: fromHex(fact.recipient), destinationCaller: fromHex(fact.caller) },
  };
  const body = burn && {
    ...{ version: burn.version, burnToken: fromHex(burn.token), mintRecipient: fromHex(burn.recipient) },
    ...{ amount: burn.amount, messageSender: REMOTE_SENDER },
  };
  if (cctp === 1) {
    const messageBody = body === undefined ? utf8("gm") : encodeBurnMessageV1(body);
    return encodeMessageV1({ ...header, nonce: BigInt(fact.nonce), messageBody });
  }
  const rest = burn && {
    ...{ maxFee: burn.maxFee, feeExecuted: burn.fee, expirationBlock: burn.expiration, hookData: burn.hookData },
  };
  const messageBody = body === undefined || !rest ? utf8("gm") : encodeBurnMessageV2({ ...body, ...rest });
  const finality = { minFinalityThreshold: 1000, finalityThresholdExecuted: fact.finality };
  return encodeMessageV2({ ...header, ...finality, nonce: fromHex(fact.nonce), messageBody });
}
