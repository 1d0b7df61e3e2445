// Does what a diagnosis says comes next: asks the relayer, or delivers by itself; asks for another attestation; tries a
// refund again; credits what lies at a deposit address. Doing it twice does no harm: a nonce is used once, and a refund is
// burned once. What needs a person is told, not done.

import { MsgRetryRefund, MsgSweepDeposit } from "../../../gen/stateset/orders/v1/tx.ts";
import type { RelayerConfig } from "../config/relayerConfig.ts";
import { QueryRefusedError } from "../cosmos/cosmosRpc.ts";
import type { EncodedMsg } from "../cosmos/receiveMessage.ts";
import type { Hex, MessageRecord } from "../journal/record.ts";
import { CosmosProbe } from "./cosmosProbe.ts";
import { chainWithOrders } from "./diagnose.ts";
import { type Action, type Diagnosis, findingsOf } from "./diagnosis.ts";
import { relayOnce } from "./relayOnce.ts";
import { actionText } from "./render.ts";
import { sendCosmos } from "./sendCosmos.ts";
import { RelayerSilentError, type World } from "./world.ts";

/** What `resume` acts with. */
export interface Hands {
  readonly config: RelayerConfig;
  readonly world: World;
  /** Private keys (32 bytes) by name of the chain; where one is missing a person is told. */
  readonly privKeys: ReadonlyMap<string, Uint8Array>;
  /** How long a delivery by ourselves may take. */
  readonly timeoutMs: number;
}

/** What became of one action. */
export interface Deed {
  readonly action: Action;
  /** `done`: it was done, or handed on. `waiting`: nothing is to be done yet. `refused`: a person has to. `failed`: tried. */
  readonly outcome: "done" | "waiting" | "refused" | "failed";
  readonly text: string;
}

/** Carries out every action of a diagnosis, each once. Rejects with DestinationError when a chain stops answering. */
export async function resume(diagnosis: Diagnosis, hands: Hands): Promise<readonly Deed[]> {
  const deeds: Deed[] = [];
  const seen = new Set<string>();
  for (const { action } of findingsOf(diagnosis)) {
    const name = JSON.stringify(action);
    if (action.kind === "none" || seen.has(name)) continue;
    seen.add(name);
    deeds.push(await perform(action, hands));
  }
  return deeds;
}

function perform(action: Exclude<Action, { kind: "none" }>, hands: Hands): Deed | Promise<Deed> {
  switch (action.kind) {
    case "wait":
      return { action, outcome: "waiting", text: `nothing to do: ${actionText(action)}` };
    case "person":
      return { action, outcome: "refused", text: `not done, it needs a person: ${actionText(action)}` };
    case "relay":
      return carryOn(action, action.domain, action.txHash, hands);
    case "reattest":
      return reattest(action, hands);
    case "retryRefund": {
      const thing = { kind: "refund", id: action.refundId } as const;
      return sendToOrders(action, thing, hands, (signer) => ({
        typeUrl: `/${MsgRetryRefund.$type}`,
        value: MsgRetryRefund.encode({ signer, refundId: action.refundId }).finish(),
      }));
    }
    case "sweepDeposit": {
      const thing = { kind: "order", id: action.orderId } as const;
      return sendToOrders(action, thing, hands, (signer) => ({
        typeUrl: `/${MsgSweepDeposit.$type}`,
        value: MsgSweepDeposit.encode({ signer, orderId: action.orderId }).finish(),
      }));
    }
  }
}

/** By the relayer that runs; by ourselves when none does, or none carries that route. */
async function carryOn(action: Action, domain: number, txHash: string, hands: Hands): Promise<Deed> {
  const byRelayer = await askRelayer(domain, txHash, hands.world);
  if (byRelayer !== undefined) return { action, outcome: "done", text: byRelayer };
  const records = await relayOnce(hands.config, { domain, txHash, ...hands });
  if (records === undefined || records.length === 0) {
    const text = "no relayer answers that carries it, and no key of the configuration pays on its destination";
    return { action, outcome: "failed", text };
  }
  const isDone = records.every(({ state }) => state === "done");
  return { action, outcome: isDone ? "done" : "failed", text: records.map(recordText).join("; ") };
}

function recordText({ state, delivery, lastError }: MessageRecord): string {
  if (state !== "done") return `not delivered (${state}): ${lastError ?? "it takes longer"}`;
  const by = delivery?.by === "us" ? "delivered by us" : "delivered by somebody else";
  return `${by} in ${delivery?.txHash ?? "a transaction that was not found"}`;
}

/** Undefined when no relayer answers, or it does not carry this. */
async function askRelayer(domain: number, txHash: string, { relayer }: World): Promise<string | undefined> {
  if (relayer === undefined) return undefined;
  try {
    const messages = await relayer.relay(domain, txHash);
    if (messages === undefined || messages.length === 0) return undefined;
    // What it has already is made due at once.
    await relayer.retry(txHash.replace(/^0x/, ""));
    return `the relayer at ${relayer.url} has it: ${messages.map(({ state }) => state).join(", ")}`;
  } catch (error) {
    if (error instanceof RelayerSilentError) return undefined;
    throw error;
  }
}

async function reattest(action: Extract<Action, { kind: "reattest" }>, hands: Hands): Promise<Deed> {
  const service = hands.world.service(action.from, action.to, 2);
  if (service === undefined) return { action, outcome: "failed", text: "no attestation service is configured for it" };
  // Nonces of V2 are 32 bytes of hex.
  await service.reattest(action.nonce as Hex);
  const deed = await carryOn(action, action.from, action.txHash, hands);
  return { ...deed, text: `asked for another attestation; ${deed.text}` };
}

async function sendToOrders(
  action: Action,
  thing: { readonly kind: "refund" | "order"; readonly id: string },
  { world, privKeys }: Hands,
  msg: (signer: string) => EncodedMsg,
): Promise<Deed> {
  const chain = await chainWithOrders(world, thing);
  if (chain?.config.kind !== "cosmos" || !(chain.probe instanceof CosmosProbe)) {
    return { action, outcome: "failed", text: `no configured chain has ${thing.id}` };
  }
  const privKey = privKeys.get(chain.config.name);
  if (privKey === undefined) {
    return { action, outcome: "failed", text: `the configuration has no key for ${chain.config.name}` };
  }
  try {
    const { code, txHash, log } = await sendCosmos(chain.config, chain.probe.rpc, { privKey, msg });
    if (code === 0) return { action, outcome: "done", text: `sent in ${txHash}` };
    return { action, outcome: "failed", text: `${chain.config.name} refused it: ${log}` };
  } catch (error) {
    if (!(error instanceof QueryRefusedError)) throw error;
    return { action, outcome: "failed", text: `${chain.config.name} would refuse it: ${error.message}` };
  }
}
