// A PostgreSQL server for tests: the Debian package's programs, a fresh cluster in a folder of its own, a free port on
// loopback, gone with the tests.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DEBIAN = "/usr/lib/postgresql";
const RESTARTS_MAX = 40;
const RESTART_PAUSE_MS = 250;

/** A server that runs. */
export interface PostgresServer {
  readonly url: string;
  stop(): void;
  /** Ends it with SIGKILL, as a machine would that loses its power. */
  kill(): void;
  /** Starts it again after that, once its children have seen that it is gone. */
  restart(): Promise<void>;
}

/** The folder of PostgreSQL's programs; undefined when it is not installed. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  const folders = readdirSync(DEBIAN).map((version) => join(DEBIAN, version, "bin"));
  return folders.filter((folder) => existsSync(join(folder, "initdb"))).at(-1);
}

/** A port on loopback that nobody has right now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Starts a server. Throws when PostgreSQL is not installed: `apt-get install postgresql`. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === undefined) throw new Error(`no PostgreSQL in ${DEBIAN}: apt-get install postgresql`);
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  const data = join(folder, "data");
  const port = await freePort();
  // PostgreSQL refuses to run as root; Debian's package comes with a user for it.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    chmodSync(folder, 0o755);
    execFileSync("chown", ["postgres", folder]);
  }
  const run = (program: string, ...args: readonly string[]) => {
    const path = join(programs, program);
    const [command, all] = isRoot ? ["runuser", ["-u", "postgres", "--", path, ...args]] : [path, args];
    execFileSync(command, all, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  };
  run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync");
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`;
  const start = () => run("pg_ctl", "-D", data, "-l", join(folder, "log"), "-w", "-o", settings, "start");
  start();
  return {
    kill() {
      const [pid] = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
      process.kill(Number(pid), "SIGKILL");
    },
    async restart() {
      for (let tried = 0; ; tried += 1) {
        try {
          return start();
        } catch (error) {
          if (tried === RESTARTS_MAX) throw error;
          await new Promise((resolve) => setTimeout(resolve, RESTART_PAUSE_MS));
        }
      }
    },
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop() {
      run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
