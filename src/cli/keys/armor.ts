// ASCII armor (RFC 4880, section 6): bytes as text with headers and a checksum, as OpenPGP and the Cosmos SDK send them.

/** Characters of a line of base64. */
const LINE_LENGTH = 64;
const CRC24_INIT = 0xb704ce;
const CRC24_POLYNOMIAL = 0x1864cfb;
const CHECKSUM = /^=[A-Za-z0-9+/]{4}$/;

/** What stands between the two lines of dashes. */
export interface Armored {
  /** `TENDERMINT PRIVATE KEY` */
  readonly type: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly data: Uint8Array;
}

/** The CRC-24 of section 6.1, base64. */
function checksum(data: Uint8Array): string {
  let crc = CRC24_INIT;
  for (const byte of data) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= CRC24_POLYNOMIAL;
    }
  }
  return Buffer.from([(crc >>> 16) & 0xff, (crc >>> 8) & 0xff, crc & 0xff]).toString("base64");
}

/** The text, without a line feed at its end. */
export function encodeArmor({ type, headers, data }: Armored): string {
  const lines =
    Buffer.from(data)
      .toString("base64")
      .match(new RegExp(`.{1,${LINE_LENGTH}}`, "g")) ?? [];
  return [
    `-----BEGIN ${type}-----`,
    ...[...headers].map(([name, value]) => `${name}: ${value}`),
    "",
    ...lines,
    `=${checksum(data)}`,
    `-----END ${type}-----`,
  ].join("\n");
}

/** Reads a text. What stands before and behind the armor is passed over. Throws an Error that says what is malformed. */
export function decodeArmor(text: string): Armored {
  const lines = text.split("\n").map((line) => line.trim());
  const start = lines.findIndex((line) => /^-----BEGIN [^-]+-----$/.test(line));
  const type = /^-----BEGIN ([^-]+)-----$/.exec(lines[start] ?? "")?.[1];
  if (type === undefined) throw new Error("no armored text: a line -----BEGIN …----- is missing");
  const end = lines.indexOf(`-----END ${type}-----`, start);
  const blank = lines.indexOf("", start);
  if (end < 0) throw new Error(`the armored text does not end: -----END ${type}----- is missing`);
  if (blank < 0 || blank > end) throw new Error("an empty line is missing behind the headers of the armored text");
  const body = lines.slice(blank + 1, end);
  const sum = CHECKSUM.test(body.at(-1) ?? "") ? body.pop() : undefined;
  const data = decodeBody(body.join(""));
  if (sum !== undefined && sum !== `=${checksum(data)}`) throw new Error("the checksum of the armored text is wrong");
  return { type, headers: new Map(lines.slice(start + 1, blank).map(parseHeader)), data };
}

function parseHeader(line: string): [string, string] {
  const match = /^([^:]+): (.*)$/.exec(line);
  if (match === null) throw new Error(`malformed header of the armored text: ${JSON.stringify(line.slice(0, 40))}`);
  return [match[1] ?? "", match[2] ?? ""];
}

function decodeBody(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error("the armored text is not base64");
  return new Uint8Array(Buffer.from(text, "base64"));
}
