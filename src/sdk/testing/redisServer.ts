// A Redis for tests: the Debian package's program, in memory only, on a free port, gone with the tests.

import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";

export interface RedisServer {
  readonly url: string;
  /** From now on it takes connections and answers nobody. */
  freeze(): void;
  stop(): Promise<void>;
}

const PROGRAM = "redis-server";

/** Whether this machine has one. CI installs it; elsewhere its absence is told. */
export function hasRedis(): boolean {
  const found = spawnSync(PROGRAM, ["--version"]).status === 0;
  if (!found) console.log("Redis is not installed (apt-get install redis-server): its tests do not run");
  return found;
}

/** A port of loopback that nobody has. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** On a free port unless one is given. */
export async function startRedis(givenPort?: number): Promise<RedisServer> {
  const port = givenPort ?? (await freePort());
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const running = spawn(PROGRAM, settings, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => running.once("exit", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let log = "";
    running.stdout.on("data", (chunk: Buffer) => {
      log += chunk.toString();
      if (log.includes("Ready to accept connections")) resolve();
    });
    running.once("error", reject);
    running.once("exit", () => reject(new Error(`redis-server ended: ${log}`)));
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void running.kill("SIGSTOP"),
    async stop() {
      // Also ends what is frozen.
      running.kill("SIGKILL");
      await ended;
    },
  };
}
