// Cases: the tarball of @stateset/commerce-sdk, installed into an empty folder: both entries load in Node, types resolve in
// both ways that TypeScript has, a bundle for browsers has nothing of Node in it and runs without Node's globals.

import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packSdk, type SdkPackage } from "../../scripts/sdkPackage.ts";
import { json, startTestServer } from "../../src/sdk/testing/testServer.ts";

const run = promisify(execFile);
const TIMEOUT_MS = 180_000;

let folder: string;
let packed: SdkPackage;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sdk-consumer-"));
  packed = packSdk(join(folder, "tarball"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "shop", private: true, type: "module" }));
  const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional", "--omit=peer"];
  execFileSync("npm", ["install", ...flags, packed.file], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
}, TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A shop's code, as somebody writes it who has the package alone. */
const CONSUMER = `
import { ApiError, type Order, StateSetClient, verifyWebhook } from "@stateset/commerce-sdk";
import { SigningStateSetClient, setupOrdersExtension, stateSetRegistry } from "@stateset/commerce-sdk/chain";

const client = new StateSetClient({ endpoint: "https://api.example.com", apiKey: "sk_test_1" });

export async function shop(): Promise<Order | undefined> {
  try {
    const { id } = await client.orders.create({ items: [{ sku: "A", quantity: 1, price: "1.00" }] });
    for await (const { status } of client.orders.list({ status: ["PAID"] })) console.log(status satisfies string);
    return await client.orders.get(id, { cache: "prefer", max_age: 300 });
  } catch (error) {
    if (error instanceof ApiError) console.log(error.code, error.requestId);
    return undefined;
  }
}

// @ts-expect-error a number is no money
export const wrong = () => client.orders.create({ items: [{ sku: "A", quantity: 1, price: 1.0 }] });

export const check = (body: string) => verifyWebhook<{ event: string }>(body, new Headers(), "whsec_AAAA");
export const chain = [SigningStateSetClient, setupOrdersExtension, stateSetRegistry()] as const;
`;

describe("default", () => {
  test("holds what is published and nothing else", () => {
    const { dependencies } = JSON.parse(readFileSync("sdk/package.json", "utf8"));
    const own = JSON.parse(readFileSync("package.json", "utf8"));
    for (const [name, version] of Object.entries(dependencies))
      expect([name, own.dependencies[name]]).toEqual([name, version]);
    expect(packed.files).toEqual(expect.arrayContaining(["package.json", "README.md", "LICENSE"]));
    const code = packed.files.filter((path) => path.startsWith("dist/"));
    expect(
      code.filter((path) => !/^dist\/(src\/sdk|gen)\/.*\.(js|d\.ts)$/.test(path) || path.includes("test")),
    ).toEqual([]);
    const imported = code.flatMap((path) => {
      const text = readFileSync(join(folder, "node_modules/@stateset/commerce-sdk", path), "utf8");
      return [...text.matchAll(/\bfrom "([^."][^"]*)";$/gm)].map(([, name]) => name!);
    });
    const packages = new Set(
      imported.map((name) =>
        name
          .split("/")
          .slice(0, name.startsWith("@") ? 2 : 1)
          .join("/"),
      ),
    );
    expect([...packages].sort()).toEqual(Object.keys(dependencies).sort());
  });

  test("both entries load in Node", async () => {
    const script = `
      const { StateSetClient } = await import("@stateset/commerce-sdk");
      const chain = await import("@stateset/commerce-sdk/chain");
      const client = new StateSetClient({ network: "devnet" });
      console.log(JSON.stringify([Object.keys(client), Object.keys(chain)]));`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
    const [namespaces, chain] = JSON.parse(stdout);
    expect(namespaces).toEqual(expect.arrayContaining(["orders", "webhooks", "events", "reports", "health"]));
    expect(chain).toEqual(expect.arrayContaining(["SigningStateSetClient", "stateSetRegistry", "stateSetAminoTypes"]));
  });

  test.each([
    ["bundler", "ESNext"],
    ["node16", "Node16"],
  ])("types resolve by %s", async (moduleResolution, module) => {
    const project = join(folder, moduleResolution);
    mkdirSync(project);
    writeFileSync(join(project, "shop.ts"), CONSUMER);
    const compilerOptions = {
      ...{ module, moduleResolution, target: "ES2022", lib: ["ES2023", "DOM", "DOM.AsyncIterable"], types: [] },
      ...{ strict: true, noEmit: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
    };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["shop.ts"] }));
    const { stdout } = await run(resolve("node_modules/.bin/tsc"), ["-p", project]).catch(
      (error: { stdout: string }) => error,
    );
    // CosmJS's own declarations have errors of their own, which `skipLibCheck` hides; ours must not.
    expect(stdout.split("\n").filter((line) => line !== "" && !line.includes("/node_modules/@cosmjs/"))).toEqual([]);
  });

  test("a bundle for browsers has nothing of Node in it, and asks the API", async () => {
    writeFileSync(join(folder, "page.js"), `export { StateSetClient, verifyWebhook } from "@stateset/commerce-sdk";`);
    const { outputFiles, metafile } = await build({
      entryPoints: [join(folder, "page.js")],
      bundle: true,
      write: false,
      metafile: true,
      format: "iife",
      globalName: "sdk",
      platform: "browser",
      absWorkingDir: folder,
    });
    const bundle = outputFiles[0]!.text;
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
    expect(imports.filter(({ external }) => external === true)).toEqual([]);
    expect(bundle).not.toMatch(/["']node:|\brequire\(/);
    // What it weighs: 60 kB and more would say that something came in that does not belong there.
    expect(bundle.length).toBeLessThan(160_000);
    const server = await startTestServer((_request, response) => json(response, 200, { id: "ord_1" }));
    try {
      const web = { fetch, URL, URLSearchParams, Headers, AbortController, AbortSignal, TextEncoder, TextDecoder };
      const context = createContext({ ...web, crypto, setTimeout, clearTimeout, performance, structuredClone });
      runInContext(bundle, context);
      const script = `new sdk.StateSetClient({ endpoint: "${server.url}" }).orders.get("ord_1")`;
      expect(await runInContext(script, context)).toEqual({ id: "ord_1" });
    } finally {
      await server.stop();
    }
  });
});
