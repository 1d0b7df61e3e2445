// A plot: two axes, points and lines. Static SVG; the title of a point tells its figures. docs/decisions/015-charts.md says
// why it is drawn here.

import { CHARACTER_WIDTH, element, text, title } from "./svg.ts";

/** An axis. Logarithmic ones hold positive values only. */
export interface Axis {
  readonly label: string;
  readonly isLogarithmic: boolean;
}

/** A point. */
export interface Point {
  readonly x: number;
  readonly y: number;
  /** Shown while the pointer rests on it. */
  readonly tip: string;
  /** Written beside it. */
  readonly label?: string;
}

/** Points of one colour. */
export interface Series {
  readonly name: string;
  /** In the order in which a line goes through them. */
  readonly points: readonly Point[];
  /** Without a line the points are hollow. */
  readonly hasLine: boolean;
  /** Whether labels stand below their points, where there is room above the axis. */
  readonly labelsBelow?: boolean;
}

/** What is drawn. */
export interface Plot {
  readonly heading: string;
  readonly subheading: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
  /** What values are to be compared with. */
  readonly level?: { readonly y: number; readonly label: string };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Okabe and Ito's colours, which stay apart in all kinds of colour blindness; those light on white are left out. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#666666"];
const AREA = { left: 62, top: 74, right: 24, bottom: 46 };
const LEGEND_ROW = 54;
const FONT_SIZE = 12;
const GRID = "#dddddd";
const TICKS_WANTED = 5;
const POINT_RADIUS = 3.5;

/** A number as labels have it. */
export function shortNumber(value: number): string {
  const [divisor, unit] = value >= 1e6 ? [1e6, "M"] : value >= 1e4 ? [1e3, "k"] : [1, ""];
  return `${Number((value / divisor).toPrecision(3)).toLocaleString("en-US")}${unit}`;
}

/** Round values that span some others: of an axis the ticks, from its end to its end. */
export function ticksOf({ isLogarithmic }: Axis, values: readonly number[]): number[] {
  return isLogarithmic ? logarithmicTicks(values) : linearTicks(Math.max(...values));
}

function linearTicks(greatest: number): number[] {
  const wanted = (greatest > 0 ? greatest : 1) / TICKS_WANTED;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= wanted * 0.999) ?? wanted;
  const count = Math.ceil(greatest / step - 1e-9);
  return Array.from({ length: Math.max(1, count) + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

function logarithmicTicks(values: readonly number[]): number[] {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(greatest))];
  const decades = Array.from({ length: Math.max(1, to - from) + 1 }, (_, index) => from + index);
  const all = decades.flatMap((power) => [1, 2, 5].map((factor) => Number((factor * 10 ** power).toPrecision(12))));
  const first = all.findLastIndex((tick) => tick <= least);
  const last = Math.max(
    first + 1,
    all.findIndex((tick) => tick >= greatest),
  );
  const fine = all.slice(first, last + 1);
  // Of many, the powers of ten say enough.
  return fine.length <= 1.5 * TICKS_WANTED ? fine : decades.map((power) => Number((10 ** power).toPrecision(12)));
}

/** Gives the place of a value between two ends. */
function scaleOf(
  { isLogarithmic }: Axis,
  ticks: readonly number[],
  from: number,
  to: number,
): (value: number) => number {
  const on = (value: number) => (isLogarithmic ? Math.log10(value) : value);
  const [least, greatest] = [on(ticks[0]!), on(ticks.at(-1)!)];
  return (value) => from + ((on(value) - least) / (greatest - least)) * (to - from);
}

/** The elements of a plot of a size, from the corner at 0, 0. Throws when there is no point. */
export function plot({ heading, subheading, x, y, series, level }: Plot, { width, height }: Size): string[] {
  const points = series.flatMap((one) => one.points);
  if (points.length === 0) throw new Error(`${heading}: no points to draw`);
  const xTicks = ticksOf(
    x,
    points.map((point) => point.x),
  );
  const yTicks = ticksOf(y, [...points.map((point) => point.y), ...(level === undefined ? [] : [level.y])]);
  const [right, bottom] = [width - AREA.right, height - AREA.bottom];
  const atX = scaleOf(x, xTicks, AREA.left, right);
  const atY = scaleOf(y, yTicks, bottom, AREA.top);
  const middle = { "text-anchor": "middle" };
  return [
    text(heading, { x: AREA.left, y: 20, "font-size": 15, "font-weight": "bold" }),
    text(subheading, { x: AREA.left, y: 37, fill: "#666666" }),
    ...legend(series),
    ...yTicks.flatMap((tick) => [
      element("line", { x1: AREA.left, x2: right, y1: atY(tick), y2: atY(tick), stroke: GRID }),
      text(shortNumber(tick), { x: AREA.left - 7, y: atY(tick) + 4, "text-anchor": "end" }),
    ]),
    ...xTicks.flatMap((tick) => [
      element("line", { x1: atX(tick), x2: atX(tick), y1: bottom, y2: bottom + 5, stroke: "#888888" }),
      text(shortNumber(tick), { x: atX(tick), y: bottom + 18, ...middle }),
    ]),
    text(x.label, { x: (AREA.left + right) / 2, y: bottom + 37, ...middle }),
    element("g", { transform: `translate(14 ${(AREA.top + bottom) / 2}) rotate(-90)` }, [
      text(y.label, { x: 0, y: 0, ...middle }),
    ]),
    ...(level === undefined ? [] : levelAt(atY(level.y), right, level.label)),
    ...series.flatMap((one, index) => drawn(one, COLOURS[index % COLOURS.length]!, { x: atX, y: atY, right, bottom })),
  ];
}

function levelAt(y: number, right: number, label: string): string[] {
  const line = { x1: AREA.left, x2: right, y1: y, y2: y, stroke: "#666666", "stroke-dasharray": "5 4" };
  return [element("line", line), text(label, { x: right, y: y + 15, "text-anchor": "end", fill: "#666666" })];
}

function legend(series: readonly Series[]): string[] {
  if (series.length === 1) return [];
  let x = AREA.left + 5;
  return series.flatMap(({ name, hasLine }, index) => {
    const at = x;
    x += 26 + name.length * FONT_SIZE * CHARACTER_WIDTH;
    const colour = COLOURS[index % COLOURS.length]!;
    return [dot({ x: at, y: LEGEND_ROW - 4 }, colour, hasLine), text(name, { x: at + 9, y: LEGEND_ROW })];
  });
}

function dot(at: { readonly x: number; readonly y: number }, colour: string, isFull: boolean, tip?: string): string {
  const fill = isFull ? colour : "#ffffff";
  const attributes = { cx: at.x, cy: at.y, r: POINT_RADIUS, fill, stroke: colour, "stroke-width": 1.5 };
  return element("circle", attributes, tip === undefined ? [] : [title(tip)]);
}

function drawn(
  { points, hasLine, labelsBelow = false }: Series,
  colour: string,
  at: {
    readonly x: (value: number) => number;
    readonly y: (value: number) => number;
    readonly right: number;
    readonly bottom: number;
  },
): string[] {
  const round = (value: number) => Math.round(value * 10) / 10;
  const path = points.map((point) => `${round(at.x(point.x))},${round(at.y(point.y))}`).join(" ");
  const line = element("polyline", { points: path, fill: "none", stroke: colour, "stroke-width": 2 });
  return [
    ...(hasLine ? [line] : []),
    ...points.flatMap((point) => {
      const place = { x: at.x(point.x), y: at.y(point.y) };
      // At the ends a label grows inwards, so that it lies on no axis.
      const anchor = place.x < AREA.left + 20 ? "start" : place.x > at.right - 20 ? "end" : "middle";
      const isBelow = labelsBelow && place.y + 20 < at.bottom;
      const label = { x: place.x, y: place.y + (isBelow ? 18 : -9), "text-anchor": anchor };
      return [dot(place, colour, hasLine, point.tip), ...(point.label === undefined ? [] : [text(point.label, label)])];
    }),
  ];
}
