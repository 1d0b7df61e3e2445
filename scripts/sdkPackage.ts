// `npm run sdk:pack [folder]`: compiles src/sdk/ and packs `@stateset/commerce-sdk` as npm would publish it.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** What was packed. */
export interface SdkPackage {
  /** The tarball. */
  readonly file: string;
  /** Paths in it. */
  readonly files: readonly string[];
}

/** Compiles and packs into a folder. Throws what the compiler says. */
export function packSdk(into: string): SdkPackage {
  const stage = mkdtempSync(join(tmpdir(), "stateset-sdk-"));
  try {
    execFileSync("node_modules/.bin/tsc", ["-p", "sdk/tsconfig.json", "--outDir", join(stage, "dist")], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    for (const file of ["sdk/package.json", "sdk/README.md", "LICENSE"]) cpSync(file, join(stage, basename(file)));
    mkdirSync(into, { recursive: true });
    const output = execFileSync("npm", ["pack", "--json", "--pack-destination", resolve(into)], {
      cwd: stage,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    // npm's own answer: an array with one entry for each package.
    const [packed] = JSON.parse(output) as readonly Packed[];
    if (packed === undefined) throw new Error("npm packed nothing");
    return { file: join(resolve(into), packed.filename), files: packed.files.map(({ path }) => path) };
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { file, files } = packSdk(process.argv[2] ?? "dist/sdk");
  console.log(`${file}: ${files.length} files`);
}
