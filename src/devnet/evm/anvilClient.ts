// A JSON-RPC client of a local anvil. Requests of one turn of the event loop travel together.

import {
  type Address,
  type Client,
  createTestClient,
  type Hex,
  type HttpTransport,
  http,
  type PublicActions,
  type PublicRpcSchema,
  publicActions,
  rpcSchema,
  type TestActions,
  type TestRpcSchema,
} from "viem";

/** What anvil answers beside what viem has types for. Quantities are `0x` and hex. */
type AnvilRpcSchema = [
  ...PublicRpcSchema,
  ...TestRpcSchema<"anvil">,
  {
    Method: "eth_sendTransaction";
    Parameters: [{ from: Address; to?: Address; data?: Hex; value?: Hex; nonce?: Hex; gas?: Hex }];
    ReturnType: Hex;
  },
  /** Sets the clock, seconds; it runs on from there. */
  { Method: "evm_setTime"; Parameters: [time: Hex]; ReturnType: number },
  { Method: "anvil_dropAllTransactions"; Parameters: []; ReturnType: null },
  /** The state with its history: JSON, compressed by gzip. */
  { Method: "anvil_dumpState"; Parameters: []; ReturnType: Hex },
];

/** viem's client of a local anvil, with its public and its test actions. */
export type AnvilClient = Client<
  HttpTransport,
  undefined,
  undefined,
  AnvilRpcSchema,
  PublicActions<HttpTransport> & TestActions
>;

/** Requests that go in one HTTP request at most. */
const BATCH_MAX = 1000;
/** A dump of a long history takes seconds. */
const TIMEOUT_MS = 60_000;
/** Between two questions whether a transaction is in a block; anvil makes one at once. */
const POLLING_INTERVAL_MS = 10;

/** Connects to an anvil on loopback. Nothing is tried twice: a local process that does not answer has ended. */
export function anvilClient(port: number): AnvilClient {
  return createTestClient({
    mode: "anvil",
    transport: http(`http://127.0.0.1:${port}`, {
      batch: { batchSize: BATCH_MAX },
      retryCount: 0,
      timeout: TIMEOUT_MS,
    }),
    rpcSchema: rpcSchema<AnvilRpcSchema>(),
    pollingInterval: POLLING_INTERVAL_MS,
  }).extend(publicActions);
}
