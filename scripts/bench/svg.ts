// Elements of SVG as text: what the charts and the flame graphs are drawn with. Text is escaped here and nowhere else.

/** Sans-serif of whoever looks: no font is embedded. */
export const FONT = "system-ui, sans-serif";
/** About how wide a character of that font is, for a size of 1. Widths cannot be measured without a browser. */
export const CHARACTER_WIDTH = 0.6;

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as XML holds it. What XML 1.0 cannot hold, such as most control characters, becomes a question mark. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "?")
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? "");
}

type Attributes = Readonly<Record<string, string | number>>;

/** One element. Children are elements; for words see `text` and `title`. Numbers are rounded to a hundredth. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes).map(([key, value]) => {
    const shown = typeof value === "number" ? String(Math.round(value * 100) / 100) : escapeXml(value);
    return ` ${key}="${shown}"`;
  });
  return `<${name}${written.join("")}>${children.join("")}</${name}>`;
}

/** Words at a place: `y` is their base line. */
export function text(words: string, attributes: Attributes & { readonly x: number; readonly y: number }): string {
  return element("text", attributes, [escapeXml(words)]);
}

/** What a browser shows while the pointer rests on the element that this is the first child of. */
export function title(words: string): string {
  return `<title>${escapeXml(words)}</title>`;
}

/** A whole picture on white, so that it reads on dark pages too. */
export function picture(
  size: { readonly width: number; readonly height: number },
  children: readonly string[],
): string {
  const { width, height } = size;
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    ...{ width, height, "font-family": FONT, "font-size": 12, fill: "#222222" },
  };
  const background = element("rect", { width, height, fill: "#ffffff" });
  return `${element(
    "svg",
    root,
    ["", background, ...children].map((child) => `${child}\n`),
  )}\n`;
}
