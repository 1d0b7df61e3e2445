// Golden vectors from end to end: the logs of a transaction go in as an EVM node answers them, the attestation comes in the
// wire shape of Circle's service, and what comes out is the calldata that the real contracts took, or MsgReceiveMessage.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numberToHex } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { MsgReceiveMessage } from "../../gen/circle/cctp/v1/tx.ts";
import type { AttestationRule } from "../cctp/attestation.ts";
import { attestersOf, bytesOf, readVectors, textOf, type VectorAttester } from "../cctp/testing/vectors.ts";
import type { EmittedMessage } from "../chains/chainReader.ts";
import { readLogs } from "../chains/evmAnswers.ts";
import { JsonRpcEndpoint } from "../chains/jsonRpc.ts";
import { AttestationPoller } from "./attestation/attestationPoller.ts";
import { IrisClient } from "./attestation/irisClient.ts";
import { receiveMessageMsg } from "./cosmos/receiveMessage.ts";
import type { Destination } from "./deliver/destination.ts";
import { receiveMessageCalldata } from "./evm/receiveMessage.ts";
import { Journal } from "./journal/journal.ts";
import type { MessageRecord } from "./journal/record.ts";
import { recordOf, txHashOf } from "./testing/records.ts";

interface Receipt {
  readonly config: string;
  readonly contract?: string;
  readonly attestation: string;
  readonly calldata: string;
}

interface Attested {
  readonly variant?: string;
  readonly message: string;
  readonly messageHash: string;
  readonly attestations: { readonly oneOfOne: { readonly attestation: string } };
  readonly receive?: readonly Receipt[];
}

interface Log {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly logIndex: number;
}

interface Vector extends Attested {
  readonly id: string;
  readonly source?: {
    readonly domain: number;
    readonly tx: { readonly transactionHash: string; readonly blockNumber: number };
    readonly logs: readonly Log[];
  };
  readonly emittedMessage?: string;
  readonly attested?: readonly Attested[];
}

interface VectorFile {
  readonly attesters: readonly VectorAttester[];
  readonly chains?: readonly {
    readonly domain: number;
    readonly v1: { readonly messageTransmitter: string };
    readonly v2: { readonly messageTransmitter: string };
  }[];
  readonly vectors: readonly Vector[];
}

const COSMOS_DOMAIN = 4;
const FROM = "noble1evnxaelvnqqf0x53wrdx6ftx9jl0n9nnlgy0mj";

let folder: string;
let journal: Journal;
let server: Server;
let url: string;
/** What the service answers, by path. */
let answers: ReadonlyMap<string, object>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "relayer-vectors-"));
  journal = await Journal.open(folder);
  server = createServer((request, response) => {
    const answer = answers.get(`${request.url}`);
    response
      .writeHead(answer === undefined ? 404 : 200)
      .end(JSON.stringify(answer ?? { code: 404, message: "Not found." }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

beforeEach(() => journal.restore([]));

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await journal.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The message of a vector as the reader of an EVM chain finds it in the transaction's logs; by hand where there are none. */
function emittedBy(file: VectorFile, vector: Vector): EmittedMessage {
  const message = vector.emittedMessage ?? vector.message;
  const cctpVersion = vector.emittedMessage === undefined ? 1 : 2;
  const { source } = vector;
  if (source === undefined) {
    const place = { txHash: txHashOf(vector.id), logIndex: 0, height: 7n, blockHash: txHashOf("block") };
    return { ...place, cctpVersion, sourceDomain: COSMOS_DOMAIN, message: bytesOf(message) };
  }
  const chain = file.chains?.find(({ domain }) => domain === source.domain);
  const transmitters = new Map<string, 1 | 2>([
    [chain!.v1.messageTransmitter.toLowerCase(), 1],
    [chain!.v2.messageTransmitter.toLowerCase(), 2],
  ]);
  const scope = {
    endpoint: new JsonRpcEndpoint("http://127.0.0.1:1", 1),
    domain: source.domain,
    transmitters,
    onDropped: () => undefined,
  };
  const logs = source.logs.map((log) => ({
    ...log,
    logIndex: numberToHex(log.logIndex),
    transactionHash: source.tx.transactionHash,
    blockNumber: numberToHex(source.tx.blockNumber),
    blockHash: txHashOf("block"),
    removed: false,
  }));
  const found = readLogs(scope, logs);
  expect(found.map((emitted) => textOf(emitted.message))).toEqual([message]);
  return found[0]!;
}

/** The service's answers about one attested message. */
function served(emitted: EmittedMessage, attested: Attested, attestation: string): ReadonlyMap<string, object> {
  if (emitted.cctpVersion === 1) {
    return new Map([[`/v1/attestations/${attested.messageHash}`, { attestation, status: "complete" }]]);
  }
  const message = {
    message: attested.message,
    eventNonce: `0x${attested.message.slice(26, 90)}`,
    attestation,
    status: "complete",
  };
  const rest = { cctpVersion: 2, decodedMessage: null, delayReason: null };
  const path = `/v2/messages/${emitted.sourceDomain}?transactionHash=${emitted.txHash}`;
  return new Map([[path, { messages: [{ ...message, ...rest }] }]]);
}

/** What the journal has of a message after its attestation was asked for, with these attesters at the destination. */
async function attestedRecord(emitted: EmittedMessage, rule: AttestationRule): Promise<MessageRecord | undefined> {
  const record: MessageRecord = { ...recordOf(emitted), state: "final" };
  await journal.apply({ records: [record] });
  const rate = { burst: 100, perSecond: 100 };
  const backoff = { firstMs: 1, factor: 1, maxMs: 1 };
  const clock = { nowMs: () => 0 };
  const source = new IrisClient(
    { url, rate, blockedMs: 1, timeoutMs: 5_000, backoff },
    { clock, observe: () => undefined },
  );
  const destination: Pick<Destination, "attestationRule" | "isExpiring"> = {
    attestationRule: async () => rule,
    isExpiring: async () => false,
  };
  const failed: unknown[] = [];
  const poller = new AttestationPoller({
    journal,
    clock,
    sourceOf: () => source,
    // Nothing else of a destination is asked for here.
    destinationOf: () => destination as Destination,
    failed: (error) => failed.push(error),
  });
  await poller.tick();
  expect(failed).toEqual([]);
  return journal.get(record.id);
}

const FILES = ["v1-transfers", "v1-cosmos-origin", "v2-transfers", "v2-cosmos-origin"];

describe.each(FILES)("%s", (name) => {
  const file = readVectors<VectorFile>(name);
  const cases = file.vectors.flatMap((vector) =>
    (vector.attested ?? [vector]).map(
      (attested) => [`${vector.id} ${attested.variant ?? ""}`, vector, attested] as const,
    ),
  );

  test.each(cases)("default: %s", async (_name, vector, attested) => {
    const emitted = emittedBy(file, vector);
    const receipts = attested.receive ?? [];
    for (const { config, contract, attestation, calldata } of receipts) {
      const { enabled, threshold } = attestersOf(file.attesters, config);
      const rule = { attesters: enabled.map(({ address }) => bytesOf(address)), threshold, strictEvm: true };
      answers = served(emitted, attested, attestation);
      await journal.restore([]);
      const record = await attestedRecord(emitted, rule);
      expect(record).toMatchObject({ state: "attested", attested: { hash: attested.messageHash } });
      // The hook wrapper is called with the same, by another function.
      if (contract === "CCTPHookWrapper") continue;
      expect(receiveMessageCalldata(record!.attested!.message, record!.attested!.attestation)).toBe(calldata);
    }
    if (receipts.length > 0) return;
    const { attestation } = attested.attestations.oneOfOne;
    const { enabled, threshold } = attestersOf(file.attesters, "1-of-1");
    const rule = {
      attesters: enabled.map(({ uncompressedPublicKey }) => bytesOf(uncompressedPublicKey)),
      threshold,
      strictEvm: false,
    };
    answers = served(emitted, attested, attestation);
    const record = await attestedRecord(emitted, rule);
    expect(record?.state).toBe("attested");
    const { typeUrl, value } = receiveMessageMsg(emitted.cctpVersion, FROM, record!.attested!);
    expect(typeUrl).toBe(`/circle.cctp.v${emitted.cctpVersion}.MsgReceiveMessage`);
    const decoded = MsgReceiveMessage.decode(value);
    expect([decoded.from, textOf(decoded.message), textOf(decoded.attestation)]).toEqual([
      FROM,
      attested.message,
      attestation,
    ]);
  });

  test("error: an attestation of attesters that the destination does not know", async () => {
    const [vector] = file.vectors;
    const [attested] = vector!.attested ?? [vector!];
    const emitted = emittedBy(file, vector!);
    answers = served(emitted, attested!, attested!.attestations.oneOfOne.attestation);
    const strangers = file.attesters.filter(({ n }) => n === 4).map(({ address }) => bytesOf(address));
    const record = await attestedRecord(emitted, { attesters: strangers, threshold: 1, strictEvm: true });
    expect(record).toMatchObject({ state: "final", attested: undefined });
    expect(record?.lastError).toContain("does not hold: notAttester");
  });
});
