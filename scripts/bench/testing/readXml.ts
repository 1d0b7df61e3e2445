// Reads the XML that the pictures are made of, strictly: elements, attributes in double quotes, text and the entities that
// `svg.ts` writes. Whatever else, and every element that is not closed in its turn, throws.

/** An element with everything in it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly elements: XmlElement[];
  /** Text directly in it. */
  text: string;
}

const TOKEN = /<(\/?)([a-z][\w-]*)((?: [a-zA-Z][\w:-]*="[^"<]*")*)>|([^<]+)/gy;
const ATTRIBUTE = / ([\w:-]+)="([^"]*)"/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function unescapeXml(text: string): string {
  if (/&(?!(?:amp|lt|gt|quot);)/.test(text)) throw new Error(`an ampersand that is no entity: ${text}`);
  return text.replaceAll(/&(\w+);/g, (_, name: string) => ENTITIES[name] ?? "");
}

/** The root element. */
export function readXml(xml: string): XmlElement {
  const top: XmlElement = { name: "", attributes: {}, elements: [], text: "" };
  const open = [top];
  let end = 0;
  for (const match of xml.matchAll(TOKEN)) {
    const [token, slash, name = "", attributes = "", text] = match;
    end = match.index + token.length;
    const parent = open.at(-1)!;
    if (text !== undefined) {
      parent.text += unescapeXml(text);
    } else if (slash === "/") {
      if (parent.name !== name) throw new Error(`</${name}> closes <${parent.name}>`);
      open.pop();
    } else {
      const pairs = [...attributes.matchAll(ATTRIBUTE)].map(([, key = "", value = ""]) => [key, unescapeXml(value)]);
      const element = { name, attributes: Object.fromEntries(pairs), elements: [], text: "" };
      parent.elements.push(element);
      open.push(element);
    }
  }
  if (end !== xml.length) throw new Error(`no XML at ${end}: ${xml.slice(end, end + 80)}`);
  const [root, ...others] = top.elements;
  if (open.length !== 1 || root === undefined || others.length > 0 || top.text.trim() !== "") {
    throw new Error("not one root element that is closed");
  }
  return root;
}

/** All elements of a name, in their order. */
export function elementsNamed(name: string, within: XmlElement): XmlElement[] {
  return within.elements.flatMap((element) => [
    ...(element.name === name ? [element] : []),
    ...elementsNamed(name, element),
  ]);
}
