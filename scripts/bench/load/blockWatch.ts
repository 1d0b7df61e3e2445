// Tells which transactions are in blocks as these are announced over a WebSocket. Only headers are subscribed to, and the
// transactions are read then: a NewBlock event carries every result of the block. They are read by `fetch`, once a block,
// since CometBFT sends what is long in chunks.

import WebSocket from "ws";

/** Hears a block's transactions, in base64, and the moment at which the block was announced. */
export type OnTxs = (txs: readonly string[], announcedMs: number) => void;

/** Watches one node. */
export class BlockWatch {
  readonly #socket: WebSocket;
  readonly #rpcUrl: string;
  #reading: Promise<void> = Promise.resolve();
  /** Set by who wants to hear. */
  onTxs: OnTxs = () => undefined;
  /** Told when blocks cannot be read any more. */
  onFailure: (error: Error) => void = () => undefined;

  private constructor(socket: WebSocket, rpcUrl: string) {
    this.#socket = socket;
    this.#rpcUrl = rpcUrl;
    socket.on("message", (data) => this.#onMessage(String(data)));
    socket.on("close", () => this.onFailure(new Error("the node closed the connection that announces blocks")));
  }

  static async open(port: number): Promise<BlockWatch> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/websocket`);
    await new Promise((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
    });
    const watch = new BlockWatch(socket, `http://127.0.0.1:${port}`);
    const params = { query: "tm.event='NewBlockHeader'" };
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params }));
    return watch;
  }

  close(): void {
    this.onFailure = () => undefined;
    this.#socket.close();
  }

  #onMessage(text: string): void {
    const announcedMs = performance.now();
    const height: string | undefined = JSON.parse(text).result?.data?.value?.header?.height;
    if (height === undefined) return;
    this.#reading = this.#reading.then(() => this.#read(height, announcedMs)).catch((error) => this.onFailure(error));
  }

  async #read(height: string, announcedMs: number): Promise<void> {
    const body = `{"jsonrpc":"2.0","id":1,"method":"block","params":{"height":"${height}"}}`;
    const response = await fetch(this.#rpcUrl, {
      method: "POST",
      body,
      // Over a connection of its own: a node closes one that is silent while the next operations are signed.
      headers: { "content-type": "application/json", connection: "close" },
    });
    // An RPC's answer, in CometBFT's shape.
    const answer = (await response.json()) as { result: { block: { data: { txs: readonly string[] } } } };
    this.onTxs(answer.result.block.data.txs, announcedMs);
  }
}
