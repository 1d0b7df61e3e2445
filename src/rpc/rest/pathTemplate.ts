// Path templates of google.api.http (google/api/http.proto): parsed once, matched against split request paths.

/** One segment of a template. A rest (`**`) stands for any number of segments, also for none. */
type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "one" }
  | { readonly kind: "rest" };

/** A variable, and the segments of the template that its value is taken from. */
interface Variable {
  /** `address`, `pagination.limit` */
  readonly field: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** A parsed template. */
export interface PathTemplate {
  readonly segments: readonly Segment[];
  readonly variables: readonly Variable[];
  /** What follows the last colon, or "". */
  readonly verb: string;
  /** Sorts templates so that the more literal one comes first. */
  readonly rank: string;
}

/** Segments of a template and of a request path at most. */
export const PATH_SEGMENTS_MAX = 64;

const FIELD_PATH = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;
const RANKS = { literal: "0", one: "1", rest: "2" };

/** Parses `/a/{b}/{c=**}:verb`. Throws a plain Error on anything else: templates are ours, not a client's. */
export function parsePathTemplate(text: string): PathTemplate {
  const bad = (why: string) => new Error(`path template ${text}: ${why}`);
  if (!text.startsWith("/")) throw bad("does not begin with a slash");
  const colon = text.lastIndexOf(":");
  const verb = colon > text.lastIndexOf("/") && colon > text.lastIndexOf("}") ? text.slice(colon + 1) : "";
  const path = verb === "" ? text.slice(1) : text.slice(1, colon);
  const segments: Segment[] = [];
  const variables: Variable[] = [];
  for (const part of splitOutsideBraces(path)) {
    if (!part.startsWith("{")) {
      segments.push(parseSegment(part));
      continue;
    }
    if (!part.endsWith("}")) throw bad("a brace is not closed");
    const [field = "", pattern = "*"] = part.slice(1, -1).split("=", 2);
    if (!FIELD_PATH.test(field)) throw bad(`${field} is no field`);
    const inner = pattern.split("/").map(parseSegment);
    variables.push({ field, start: segments.length, end: segments.length + inner.length });
    segments.push(...inner);
  }
  if (segments.length > PATH_SEGMENTS_MAX) throw bad("has too many segments");
  if (segments.filter((segment) => segment.kind === "rest").length > 1) throw bad("has two rests");
  if (segments.some((segment) => segment.kind === "literal" && /[{}=*]|^$/.test(segment.text)))
    throw bad("is malformed");
  return { segments, variables, verb, rank: segments.map((segment) => RANKS[segment.kind]).join("") };
}

function splitOutsideBraces(path: string): string[] {
  return path.match(/\{[^}]*\}|[^/]+|(?<=\/)(?=\/|$)/g) ?? [];
}

function parseSegment(text: string): Segment {
  if (text === "*") return { kind: "one" };
  if (text === "**") return { kind: "rest" };
  return { kind: "literal", text };
}

/** The values of the variables when the decoded segments of a request path match, else `undefined`. */
export function matchPath(template: PathTemplate, path: readonly string[]): ReadonlyMap<string, string> | undefined {
  const parts = withoutVerb(template.verb, path);
  if (parts === undefined) return undefined;
  const rest = template.segments.findIndex((segment) => segment.kind === "rest");
  const restLength = rest < 0 ? 0 : parts.length - (template.segments.length - 1);
  if (rest < 0 ? parts.length !== template.segments.length : restLength < 0) return undefined;
  // Where each segment of the template begins in the path; one more for the end.
  const offsets = [0];
  for (const [index, segment] of template.segments.entries()) {
    const offset = offsets[index] ?? 0;
    if (segment.kind === "literal" && parts[offset] !== segment.text) return undefined;
    if (segment.kind === "one" && parts[offset] === "") return undefined;
    offsets.push(offset + (segment.kind === "rest" ? restLength : 1));
  }
  const values = template.variables.map(
    ({ field, start, end }) => [field, parts.slice(offsets[start], offsets[end]).join("/")] as const,
  );
  return new Map(values);
}

function withoutVerb(verb: string, path: readonly string[]): readonly string[] | undefined {
  if (verb === "") return path;
  const last = path.at(-1) ?? "";
  if (!last.endsWith(`:${verb}`)) return undefined;
  return [...path.slice(0, -1), last.slice(0, -verb.length - 1)];
}
