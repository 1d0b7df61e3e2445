// Cases, on a profile that was recorded of a small program: bars as wide as their times, none wider than its caller, callees
// within it; one bar for each path; the functions with most time of their own; names that are markup; files in a folder.

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drawProfiles, type Frame, flameGraph, readProfile, topFunctions } from "./flameGraph.ts";
import { elementsNamed, readXml, type XmlElement } from "./testing/readXml.ts";

const FILE = "CPU.20260101.120000.4711.0.001.cpuprofile";
const RECORDED = new URL(`testing/${FILE}`, import.meta.url).pathname;
const recorded = readFileSync(RECORDED, "utf8");

function frameAt(root: Frame, ...names: readonly string[]): Frame {
  return names.reduce((frame, name) => {
    const found = [...frame.callees.values()].filter((callee) => callee.name === name);
    expect(found, name).toHaveLength(1);
    return found[0]!;
  }, root);
}

const BLOCK_PATH = ["processTimers", "listOnTimeout", "(anonymous)", "block"];

test("default: times of the recorded profile add up", () => {
  const { root, idleMicros } = readProfile(recorded);
  const profile = JSON.parse(recorded);
  const clockMicros = profile.endTime - profile.startTime - profile.timeDeltas[0];
  expect(root.totalMicros + idleMicros).toBe(clockMicros);
  const check = (frame: Frame): number => {
    const below = [...frame.callees.values()].reduce((sum, callee) => sum + check(callee), 0);
    expect(frame.totalMicros, frame.name).toBe(frame.selfMicros + below);
    return frame.totalMicros;
  };
  check(root);
  const block = frameAt(root, ...BLOCK_PATH);
  expect(block.place).toBe("src/sample.mjs:5");
  expect(block.kind).toBe("project");
  expect(frameAt(block, "hashInJavaScript", "hashC").kind).toBe("package");
});

interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function barsOf(svg: XmlElement): Map<string, Bar> {
  const bars = elementsNamed("g", svg).filter(({ elements }) => elements[0]?.name === "title");
  return new Map(
    bars.map(({ elements: [title, rect] }) => {
      const at = (name: string) => Number(rect?.attributes[name]);
      return [title?.text.split("\n", 1)[0] ?? "", { x: at("x"), y: at("y"), width: at("width") }];
    }),
  );
}

test("default: a callee's bar hangs from its caller's, and is as wide as its time", () => {
  const profile = readProfile(recorded);
  const bars = barsOf(readXml(flameGraph("main thread", profile)));
  const all = bars.get("all")!;
  const block = bars.get("block (src/sample.mjs:5)")!;
  const callee = bars.get("hashNatively (src/sample.mjs:4)")!;
  const share = frameAt(profile.root, ...BLOCK_PATH).totalMicros / profile.root.totalMicros;
  expect(Math.abs(block.width - all.width * share)).toBeLessThan(1);
  expect(callee.y).toBeGreaterThan(block.y);
  expect(callee.x).toBeGreaterThanOrEqual(block.x);
  expect(callee.x + callee.width).toBeLessThanOrEqual(block.x + block.width + 1);
});

/** A profile in which `main` calls `leaf` from two nodes, and another function in between. Each sample lasts 1 ms. */
function made(name: string): string {
  const frame = (functionName: string) => ({ functionName, url: "file:///srv/dist/src/a.js", lineNumber: 6 });
  return JSON.stringify({
    nodes: [
      { id: 1, callFrame: { functionName: "(root)", url: "", lineNumber: -1 }, children: [2, 6] },
      { id: 2, callFrame: frame("main"), children: [3, 4, 5] },
      { id: 3, callFrame: frame(name) },
      { id: 4, callFrame: frame("other") },
      { id: 5, callFrame: frame(name) },
      { id: 6, callFrame: { functionName: "(idle)", url: "", lineNumber: -1 } },
    ],
    ...{ startTime: 0, endTime: 7000, samples: [3, 4, 5, 6, 6, 2], timeDeltas: [1000, 1000, 1000, 1000, 1000, 1000] },
  });
}

test("behavior: calls from one caller are one bar, and idle time is none", () => {
  const { root, idleMicros } = readProfile(made("leaf"));
  expect(idleMicros).toBe(2000);
  expect(root.totalMicros).toBe(4000);
  const leaf = frameAt(root, "main", "leaf");
  expect(leaf).toMatchObject({ selfMicros: 2000, totalMicros: 2000, place: "src/a.js:7" });
  expect(topFunctions(root).split("\n").slice(2)).toEqual([
    " 50 %    2 ms  leaf      src/a.js:7",
    " 25 %    1 ms  main      src/a.js:7",
    " 25 %    1 ms  other     src/a.js:7",
  ]);
});

test("behavior: a name that is markup stays text", () => {
  const name = '<b a="1">&\u0001';
  const svg = readXml(flameGraph("<main>", readProfile(made(name))));
  expect([...barsOf(svg).keys()]).toContain('<b a="1">&? (src/a.js:7)');
});

test("behavior: a folder gets a picture for each profile", () => {
  const folder = mkdtempSync(join(tmpdir(), "profiles-"));
  try {
    expect(drawProfiles(folder)).toBe(`no profiles in ${folder}`);
    copyFileSync(RECORDED, join(folder, FILE));
    writeFileSync(join(folder, "CPU.20260101.120000.4711.2.002.cpuprofile"), made("leaf"));
    const printed = drawProfiles(folder);
    expect(printed).toContain(`main thread: ${join(folder, "CPU.20260101.120000.4711.0.001.svg")}`);
    expect(printed).toMatch(/13 % +163\.6 ms {2}process +@noble\/hashes\/sha2\.js:72/);
    const svg = readXml(readFileSync(join(folder, "CPU.20260101.120000.4711.2.002.svg"), "utf8"));
    expect(elementsNamed("text", svg)[0]?.text).toBe("thread 2");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
