// What a committed block publishes, in CometBFT's order (v0.38 state/execution.go fireEvents, types/event_bus.go):
// NewBlock, NewBlockHeader, NewBlockEvents, NewEvidence, each Tx, ValidatorSetUpdates. Values and JSON are made when
// somebody asks, and once.

import type { ExecTxResult, ValidatorUpdate } from "../../../gen/tendermint/abci/types.ts";
import type { Evidence } from "../../../gen/tendermint/types/evidence.ts";
import { toBase64 } from "../../codec/bytes.ts";
import type { CommittedBlock, IndexedTx } from "../../consensus/chainNode.ts";
import { type EventValues, eventValues } from "../../consensus/query/query.ts";
import { addressOfEd25519, addressOfSecp256k1 } from "../../crypto/address.ts";
import { eventJson, finalizeBlockJson, txEventResultJson } from "./encodeAbci.ts";
import { blockJson } from "./encodeBlock.ts";
import { evidenceJson } from "./encodeEvidence.ts";
import { blockIdJson, headerJson, hexJson, publicKeyJson } from "./encodeHeader.ts";
import type { Json } from "./json.ts";

/** The key under which the type of an event stands. */
export const TYPE_KEY = "tm.event";

/** Something that is published. */
export class PublishedEvent {
  /** `NewBlock`, `Tx` and so on. */
  readonly type: string;
  readonly #makeData: () => Json;
  readonly #makeValues: () => Map<string, string[]>;
  #data: string | undefined;
  #values: EventValues | undefined;
  #events: string | undefined;

  constructor(type: string, makeData: () => Json, makeValues: () => Map<string, string[]>) {
    this.type = type;
    this.#makeData = makeData;
    this.#makeValues = makeValues;
  }

  /** What queries are matched with, by composite key. */
  values(): EventValues {
    if (this.#values === undefined) {
      const values = this.#makeValues();
      append(values, TYPE_KEY, this.type);
      this.#values = values;
    }
    return this.#values;
  }

  /** JSON text of the data. */
  dataText(): string {
    this.#data ??= JSON.stringify({ type: `tendermint/event/${this.type}`, value: this.#makeData() });
    return this.#data;
  }

  /** JSON text of the values. */
  eventsText(): string {
    this.#events ??= JSON.stringify(Object.fromEntries(this.values()));
    return this.#events;
  }
}

function append(values: Map<string, string[]>, key: string, value: string): void {
  const known = values.get(key);
  if (known === undefined) values.set(key, [value]);
  else known.push(value);
}

const noValues = () => new Map<string, string[]>();

/** Everything a block publishes, in order. */
export function eventsOfBlock(committed: CommittedBlock): readonly PublishedEvent[] {
  const { block, blockId, results, txs } = committed;
  const height = String(committed.height);
  const blockValues = () => eventValues(results.events);
  const events = [
    new PublishedEvent(
      "NewBlock",
      () => ({
        block: blockJson(block),
        block_id: blockIdJson(blockId),
        result_finalize_block: finalizeBlockJson(results),
      }),
      blockValues,
    ),
    new PublishedEvent(
      "NewBlockHeader",
      () => ({ header: block.header === undefined ? null : headerJson(block.header) }),
      noValues,
    ),
    new PublishedEvent(
      "NewBlockEvents",
      () => ({
        height,
        events: results.events.length === 0 ? null : results.events.map(eventJson),
        num_txs: String(block.data?.txs.length ?? 0),
      }),
      blockValues,
    ),
  ];
  for (const evidence of block.evidence?.evidence ?? []) {
    events.push(new PublishedEvent("NewEvidence", () => newEvidence(committed.height, evidence), noValues));
  }
  for (const tx of txs) events.push(txEvent(height, tx));
  const { validatorUpdates } = results;
  if (validatorUpdates.length > 0) {
    const data = () => ({ validator_updates: validatorUpdates.map(updatedValidatorJson) });
    events.push(new PublishedEvent("ValidatorSetUpdates", data, noValues));
  }
  return events;
}

function newEvidence(height: number, evidence: Evidence): Json {
  return { height: String(height), evidence: evidenceJson(evidence) };
}

/** PERF: the result is decoded when somebody listens to transactions, and once. */
function txEvent(height: string, tx: IndexedTx): PublishedEvent {
  let decoded: ExecTxResult | undefined;
  const result = () => {
    decoded ??= tx.result;
    return decoded;
  };
  return new PublishedEvent(
    "Tx",
    () => ({
      TxResult: {
        height,
        index: tx.index === 0 ? undefined : tx.index,
        tx: toBase64(tx.tx),
        result: txEventResultJson(result()),
      },
    }),
    () => {
      const values = eventValues(result().events);
      append(values, "tx.hash", hexJson(tx.hash));
      append(values, "tx.height", height);
      return values;
    },
  );
}

/** A validator as it comes out of an update: its priority is not decided yet. */
function updatedValidatorJson({ pubKey, power }: ValidatorUpdate): Json {
  const { ed25519, secp256k1 } = pubKey ?? {};
  const address =
    ed25519 === undefined
      ? secp256k1 === undefined
        ? new Uint8Array(0)
        : addressOfSecp256k1(secp256k1)
      : addressOfEd25519(ed25519);
  return {
    address: hexJson(address),
    pub_key: publicKeyJson(pubKey ?? {}),
    voting_power: power.toString(),
    proposer_priority: "0",
  };
}
