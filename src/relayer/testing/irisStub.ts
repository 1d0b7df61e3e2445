// An attestation service in the exact wire shape of Circle's (test/vectors/cctp/iris-samples.json), for tests of the
// relayer alone. It signs what it is given; tests decide what it answers meanwhile.

import Fastify, { type FastifyInstance } from "fastify";
import { fillAttestedFieldsV2 } from "../../cctp/attestedV2.ts";
import { messageHash } from "../../cctp/messageHash.ts";
import { cctpVersionOf } from "../../cctp/messageJson.ts";
import { decodeMessageV2, FINALITY_THRESHOLD_CONFIRMED } from "../../cctp/messageV2.ts";
import { signAttestation } from "../../cctp/signAttestation.ts";
import type { ChainReader, EmittedMessage } from "../../chains/chainReader.ts";
import { concatBytes, utf8 } from "../../codec/bytes.ts";
import { keccak256 } from "../../crypto/hash.ts";
import { hexOf } from "../journal/record.ts";
import { readMessage } from "../messageFacts.ts";

/** How the stub fills in a V2 message. */
export interface StubFields {
  readonly feeExecuted: bigint;
  readonly expirationBlock: bigint;
}

interface Known {
  readonly emitted: EmittedMessage;
  readonly nonce: Uint8Array;
  fields: StubFields;
  isComplete: boolean;
}

const NO_FIELDS: StubFields = { feeExecuted: 0n, expirationBlock: 0n };

/** An attestation service. */
export class IrisStub {
  readonly #app: FastifyInstance;
  readonly #ownKeys: readonly Uint8Array[];
  #privKeys: readonly Uint8Array[];
  readonly #known: Known[] = [];
  readonly #followed: { readonly reader: ChainReader; next: bigint }[] = [];
  /** Requests so far, `GET /v1/…`. */
  readonly requests: string[] = [];
  /** Answers everything with this status, while it is set. */
  status: number | undefined;
  /** New messages are signed at once. */
  signsAtOnce = true;
  /** Why messages that are not signed wait: `insufficient_fee` and others. */
  delayReason: string | null = null;
  /** How new V2 messages are filled in. */
  fields: StubFields = NO_FIELDS;
  /** What a re-attested message gets. */
  renewed: StubFields = NO_FIELDS;
  /** Answers are given in the reverse order. */
  isReversed = false;
  url = "";

  constructor(privKeys: readonly Uint8Array[]) {
    this.#ownKeys = privKeys;
    this.#privKeys = privKeys;
    this.#app = Fastify({ forceCloseConnections: true });
    this.#app.addHook("onRequest", async (request, reply) => {
      this.requests.push(`${request.method} ${request.url}`);
      if (this.status !== undefined) await reply.code(this.status).send({ code: this.status, message: "as told" });
    });
    this.#addRoutes();
  }

  async start(): Promise<this> {
    this.url = await this.#app.listen({ host: "127.0.0.1", port: 0 });
    return this;
  }

  close(): Promise<void> {
    return this.#app.close();
  }

  #addRoutes(): void {
    const notFound = { code: 404, message: "Not found." };
    this.#app.get<{ Params: { hash: string } }>("/v1/attestations/:hash", async ({ params }, reply) => {
      await this.#read();
      const known = this.#known.find(({ emitted }) => hexOf(messageHash(emitted.message)) === params.hash);
      if (known === undefined) return reply.code(404).send(notFound);
      if (!known.isComplete) return { attestation: null, status: "pending_confirmations" };
      return { attestation: this.#attestationOf(known.emitted.message), status: "complete" };
    });
    this.#app.get<{ Params: { domain: string }; Querystring: { transactionHash?: string } }>(
      "/v2/messages/:domain",
      async ({ params, query: { transactionHash } }, reply) => {
        if (transactionHash === undefined) return reply.code(400).send({ code: 400, message: "transactionHash" });
        await this.#read();
        const plain = (hash: string) => hash.toLowerCase().replace(/^0x/, "");
        const found = this.#known.filter(
          ({ emitted }) =>
            String(emitted.sourceDomain) === params.domain && plain(emitted.txHash) === plain(transactionHash),
        );
        if (found.length === 0) return reply.code(404).send(notFound);
        const messages = found.map((known) => this.#answerV2(known));
        return { messages: this.isReversed ? messages.reverse() : messages };
      },
    );
    this.#app.post<{ Params: { nonce: string } }>("/v2/reattest/:nonce", async ({ params: { nonce } }, reply) => {
      const known = this.#known.find((candidate) => hexOf(candidate.nonce) === nonce);
      if (known === undefined) return reply.code(404).send(notFound);
      known.fields = this.renewed;
      return { message: "Re-attestation requested", nonce };
    });
  }

  #answerV2(known: Known): object {
    const { emitted, nonce, isComplete } = known;
    const eventNonce = hexOf(nonce);
    const pending = { attestation: "PENDING", message: "0x", eventNonce, status: "pending_confirmations" };
    const rest = { cctpVersion: emitted.cctpVersion, decodedMessage: null, delayReason: null };
    if (!isComplete) return { ...pending, ...rest, delayReason: this.delayReason };
    const message = emitted.cctpVersion === 1 ? emitted.message : this.#attestedV2(known);
    return {
      message: hexOf(message),
      eventNonce,
      attestation: this.#attestationOf(message),
      status: "complete",
      ...rest,
    };
  }

  #attestedV2({ emitted, nonce, fields }: Known): Uint8Array {
    const { minFinalityThreshold } = decodeMessageV2(emitted.message);
    const isFast = minFinalityThreshold <= FINALITY_THRESHOLD_CONFIRMED;
    return fillAttestedFieldsV2(emitted.message, {
      nonce,
      finalityThresholdExecuted: isFast ? 1000 : 2000,
      ...(readMessage(emitted.message).burn === undefined ? {} : { burn: fields }),
    });
  }

  #attestationOf(message: Uint8Array): string {
    return hexOf(signAttestation(message, this.#privKeys));
  }

  /** Makes a message known. */
  add(emitted: EmittedMessage): void {
    // As Circle's service does, equal messages get different nonces.
    const name = concatBytes(utf8(`${emitted.sourceDomain} ${emitted.txHash} ${emitted.logIndex}`));
    const { fields } = this;
    this.#known.push({ emitted, nonce: keccak256(name), fields, isComplete: this.signsAtOnce });
  }

  /** Signs with other keys from now on; undefined: with its own again. */
  signWith(privKeys: readonly Uint8Array[] | undefined): void {
    this.#privKeys = privKeys ?? this.#ownKeys;
  }

  /** Signs everything that is known. */
  signAll(): void {
    for (const known of this.#known) known.isComplete = true;
  }

  /** Forgets everything, and reads the chains again from their first blocks. */
  forget(): void {
    this.#known.length = 0;
    for (const followed of this.#followed) followed.next = 0n;
  }

  /** Knows whatever a chain emits, as soon as it is asked. */
  follow(reader: ChainReader): void {
    this.#followed.push({ reader, next: 0n });
  }

  async #read(): Promise<void> {
    for (const followed of this.#followed) {
      const to = await followed.reader.latestHeight();
      const from = followed.next;
      if (from > to) continue;
      followed.next = to + 1n;
      for (const emitted of await followed.reader.messages({ from, to })) {
        if (cctpVersionOf(emitted.message) === emitted.cctpVersion) this.add(emitted);
      }
    }
  }
}
