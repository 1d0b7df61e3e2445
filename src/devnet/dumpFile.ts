// A devnet in one file: its home as a tar archive, compressed by gzip, for other machines and later days.

import { existsSync, type Stats } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { create, extract, type ReadEntry } from "tar";
import { DevnetHomeError, HOME_PARTS, isDevnetHome } from "./devnetHome.ts";
import { readJson, writeJson } from "./nodeConfig.ts";

/** Says what the archive is; raised when what lies in it changes. */
const FORMAT = 1;
const LABEL = "dump.json";
/** What a dump may unpack to. */
const BYTES_MAX = 8 * 1024 ** 3;
const ENTRIES_MAX = 100_000;

/** Packs a folder into a file, which is there whole or not at all. */
export async function writeDump(folder: string, file: string): Promise<void> {
  writeJson(join(folder, LABEL), { format: FORMAT });
  const scratch = `${file}.tmp`;
  await create({ gzip: true, portable: true, file: scratch, cwd: folder }, ["."]);
  await rename(scratch, file);
}

/**
 * Unpacks a dump into a home where no devnet was made. Rejects with DevnetHomeError when there is one, or when the file
 * is no dump; what came of it is removed then.
 */
export async function readDump(file: string, home: string): Promise<void> {
  if (isDevnetHome(home)) throw new DevnetHomeError(home, `holds a devnet already; ${file} cannot be loaded over it`);
  if (!existsSync(file)) throw new DevnetHomeError(file, "no such file");
  const scratch = resolve(home, "loading");
  await mkdir(scratch, { recursive: true });
  try {
    await unpack(file, scratch);
    // The genesis, which makes a home a devnet's, lies in the first part and comes last.
    for (const part of [...HOME_PARTS].reverse()) {
      if (existsSync(join(scratch, part))) await rename(join(scratch, part), join(home, part));
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function unpack(file: string, folder: string): Promise<void> {
  let bytes = 0;
  let entries = 0;
  // tar itself keeps every path inside the folder.
  const isWanted = (_path: string, entry: Stats | ReadEntry): boolean => {
    bytes += entry.size;
    entries += 1;
    const isPlain = "type" in entry && (entry.type === "File" || entry.type === "Directory");
    return isPlain && bytes <= BYTES_MAX && entries <= ENTRIES_MAX;
  };
  try {
    await extract({ file, cwd: folder, strict: true, preserveOwner: false, filter: isWanted });
  } catch (cause) {
    throw new DevnetHomeError(file, "is no dump of a devnet, or is damaged", { cause });
  }
  if (bytes > BYTES_MAX || entries > ENTRIES_MAX) throw new DevnetHomeError(file, "unpacks to more than a devnet has");
  const label = existsSync(join(folder, LABEL)) ? readJson(join(folder, LABEL)) : undefined;
  if (JSON.stringify(label) !== JSON.stringify({ format: FORMAT })) {
    throw new DevnetHomeError(file, `is no dump of a devnet in format ${FORMAT}`);
  }
}
