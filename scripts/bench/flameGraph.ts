// Flame graphs of V8's CPU profiles: each function a bar as wide as the time in it and in what it called, callees hanging
// from their callers, so that the picture begins where one looks first, however deep the calls that load modules go. Stacks
// are merged and ordered by name: a bar is one path of calls, not a moment. Static: a bar's `title` tells the rest.
// Format: https://chromedevtools.github.io/devtools-protocol/v8/Profiler/#type-Profile

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { CHARACTER_WIDTH, element, picture, text, title } from "./svg.ts";
import { columns } from "./textTable.ts";

/** The parts of a profile that are read here. */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
    readonly children?: readonly number[];
  }[];
  /** Microseconds. */
  readonly startTime: number;
  readonly endTime: number;
  /** Ids of nodes. Each sample lasts until the next, the last until the end. */
  readonly samples: readonly number[];
  /** Microseconds from the sample before, of the first from the start. */
  readonly timeDeltas: readonly number[];
}

/** A function reached by one path of calls. Times are microseconds on the clock. */
export interface Frame {
  readonly name: string;
  /** File and line, as short as tells where it is; empty for V8's own. */
  readonly place: string;
  readonly kind: FrameKind;
  selfMicros: number;
  totalMicros: number;
  readonly callees: Map<string, Frame>;
}

type FrameKind = keyof typeof COLOURS;

/** Base colours that stay apart in most kinds of colour blindness, light enough for dark text. */
const COLOURS = {
  project: { colour: "#f6a04d", words: "the project" },
  package: { colour: "#8fbce6", words: "packages" },
  node: { colour: "#a9d18e", words: "Node" },
  engine: { colour: "#d5a6d8", words: "V8: garbage collector, native code" },
} as const;

const WIDTH = 1200;
const MARGIN = 10;
const ROW_HEIGHT = 18;
const HEADER_HEIGHT = 64;
/** Narrower bars are left out: nobody sees them, and they make most of a file's size. */
const BAR_WIDTH_MIN = 1;
const FONT_SIZE = 11;
const IDLE = "(idle)";
const TOP_FUNCTIONS = 15;

function kindOf(name: string, url: string): FrameKind {
  if (url === "") return name.startsWith("(") && name !== "(anonymous)" ? "engine" : "node";
  if (url.startsWith("node:")) return "node";
  return url.includes("/node_modules/") ? "package" : "project";
}

/** Where a function is: of files the part behind the last `node_modules` or `dist`, as that says it all. */
function placeOf(url: string, lineNumber: number): string {
  if (url === "") return "";
  const path = url.replace(/^file:\/\//, "");
  const short = /^.*\/(?:node_modules|dist)\/(.+)$/.exec(path)?.[1] ?? path;
  return `${short}:${lineNumber + 1}`;
}

/** Reads a profile into one tree under a root. Time in which the thread had nothing to do is left out of the tree. */
export function readProfile(json: string): { readonly root: Frame; readonly idleMicros: number } {
  // V8's own format.
  const profile = JSON.parse(json) as CpuProfile;
  const selfMicros = new Map<number, number>();
  let atMicros = profile.startTime;
  const startsMicros = profile.timeDeltas.map((delta) => (atMicros += delta));
  for (const [index, id] of profile.samples.entries()) {
    const lasted = (startsMicros[index + 1] ?? profile.endTime) - (startsMicros[index] ?? profile.endTime);
    // The clock of samples may step back by a few microseconds.
    selfMicros.set(id, (selfMicros.get(id) ?? 0) + Math.max(0, lasted));
  }
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const root: Frame = { name: "all", place: "", kind: "engine", selfMicros: 0, totalMicros: 0, callees: new Map() };
  let idleMicros = 0;
  /** Adds a node under a frame, and gives its time with that of what it called. */
  const add = (id: number, caller: Frame): number => {
    const node = nodes.get(id);
    if (node === undefined) return 0;
    const own = selfMicros.get(id) ?? 0;
    const { functionName, url, lineNumber } = node.callFrame;
    if (functionName === IDLE) {
      idleMicros += own;
      return 0;
    }
    const name = functionName === "" ? "(anonymous)" : functionName;
    const place = placeOf(url, lineNumber);
    const frame = within(caller.callees, `${name} ${place}`, () => {
      return { name, place, kind: kindOf(name, url), selfMicros: 0, totalMicros: 0, callees: new Map() };
    });
    const total = (node.children ?? []).reduce((sum, child) => sum + add(child, frame), own);
    frame.selfMicros += own;
    frame.totalMicros += total;
    return total;
  };
  for (const child of profile.nodes[0]?.children ?? []) root.totalMicros += add(child, root);
  return { root, idleMicros };
}

function within<V>(map: Map<string, V>, key: string, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? 0 : Math.round((part * 1000) / whole) / 10} %`;
}

function milliseconds(micros: number): string {
  return `${Math.round(micros / 100) / 10} ms`;
}

/** The picture of a thread. */
export function flameGraph(heading: string, { root, idleMicros }: ReturnType<typeof readProfile>): string {
  const perMicro = (WIDTH - 2 * MARGIN) / Math.max(1, root.totalMicros);
  const bars: string[] = [];
  let rows = 0;
  const draw = (frame: Frame, x: number, row: number): void => {
    const width = frame.totalMicros * perMicro;
    if (width < BAR_WIDTH_MIN) return;
    rows = Math.max(rows, row + 1);
    bars.push(bar(frame, { x, row, width, allMicros: root.totalMicros }));
    let calleeX = x;
    const ordered = [...frame.callees].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, callee] of ordered) {
      draw(callee, calleeX, row + 1);
      calleeX += callee.totalMicros * perMicro;
    }
  };
  draw(root, MARGIN, 0);
  const height = HEADER_HEIGHT + rows * ROW_HEIGHT + MARGIN;
  const busy = `busy ${milliseconds(root.totalMicros)}, idle ${milliseconds(idleMicros)}`;
  return picture({ width: WIDTH, height }, [
    text(heading, { x: MARGIN, y: 22, "font-size": 15, "font-weight": "bold" }),
    text(busy, { x: MARGIN, y: 42 }),
    ...legend(),
    element("g", { transform: `translate(0 ${HEADER_HEIGHT})`, "font-size": FONT_SIZE }, bars),
  ]);
}

function bar(
  frame: Frame,
  at: { readonly x: number; readonly row: number; readonly width: number; readonly allMicros: number },
): string {
  const y = at.row * ROW_HEIGHT;
  const label = frame.place === "" ? frame.name : `${frame.name} (${frame.place})`;
  const times = `${milliseconds(frame.totalMicros)}, ${percent(frame.totalMicros, at.allMicros)}; itself ${milliseconds(frame.selfMicros)}, ${percent(frame.selfMicros, at.allMicros)}`;
  const fill = COLOURS[frame.kind].colour;
  const rect = element("rect", {
    x: at.x,
    y,
    width: Math.max(BAR_WIDTH_MIN, at.width - 0.5),
    height: ROW_HEIGHT - 1,
    fill,
  });
  const characters = Math.floor((at.width - 6) / (FONT_SIZE * CHARACTER_WIDTH));
  const shown = frame.name.length <= characters ? frame.name : `${frame.name.slice(0, characters - 1)}…`;
  const words = characters < 3 ? [] : [text(shown, { x: at.x + 3, y: y + 12.5 })];
  return element("g", {}, [title(`${label}\n${times}`), rect, ...words]);
}

function legend(): string[] {
  return Object.values(COLOURS).flatMap(({ colour, words }, index) => {
    const x = WIDTH / 2 - 100 + index * 130;
    return [element("rect", { x, y: 32, width: 12, height: 12, fill: colour }), text(words, { x: x + 17, y: 42 })];
  });
}

/** The functions that took most time themselves, whoever called them, as a table. */
export function topFunctions(root: Frame, count = TOP_FUNCTIONS): string {
  const functions = new Map<string, { name: string; place: string; micros: number }>();
  const visit = (frame: Frame): void => {
    const { name, place } = frame;
    within(functions, `${name} ${place}`, () => ({ name, place, micros: 0 })).micros += frame.selfMicros;
    for (const callee of frame.callees.values()) visit(callee);
  };
  visit(root);
  const top = [...functions.values()].sort((a, b) => b.micros - a.micros).slice(0, count);
  const rows = top
    .filter(({ micros }) => micros > 0)
    .map(({ name, place, micros }) => [percent(micros, root.totalMicros), milliseconds(micros), name, place]);
  return columns([["share", "itself", "function", "where"], ...rows], ["right", "right", "left", "left"]);
}

/** Node's name of a profile: CPU.<date>.<time>.<process>.<thread>.<number>.cpuprofile. The main thread's number is 0. */
const FILE = /^CPU\.\d+\.\d+\.\d+\.(\d+)\.\d+\.cpuprofile$/;

function threadOf(file: string): string {
  const thread = FILE.exec(basename(file))?.[1];
  if (thread === undefined) return basename(file, ".cpuprofile");
  return thread === "0" ? "main thread" : `thread ${thread}`;
}

/** Draws a graph beside each profile of a folder. Gives the tables of functions, and which graph is whose. */
export function drawProfiles(folder: string): string {
  const files = readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"));
  const parts = files.sort().map((file) => {
    const profile = readProfile(readFileSync(join(folder, file), "utf8"));
    const graphFile = join(folder, `${basename(file, ".cpuprofile")}.svg`);
    writeFileSync(graphFile, flameGraph(threadOf(file), profile));
    return `${threadOf(file)}: ${graphFile}\n${topFunctions(profile.root)}`;
  });
  return parts.length === 0 ? `no profiles in ${folder}` : parts.join("\n\n");
}
