// Cases: what npm's standardwebhooks signs is taken, in every form of secret, body and headers; each single change is not.

import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { verifyWebhook, WebhookVerificationError } from "./signature.ts";

const SECRET = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const OTHER = `whsec_${Buffer.alloc(24, 8).toString("base64")}`;
const BODY = '{"event":"order.paid","data":{"order":{"id":"ord_1","note":"größer"}}}';
const ID = "evt_1";
const NOW_MS = 1_732_550_400_500;
const now = () => NOW_MS;

function sign(secret: string, body = BODY, atMs = NOW_MS, format?: "raw"): Record<string, string> {
  const webhook = new Webhook(secret, format === undefined ? undefined : { format });
  return {
    "webhook-id": ID,
    "webhook-timestamp": String(Math.floor(atMs / 1000)),
    "webhook-signature": webhook.sign(ID, new Date(atMs), body),
  };
}

describe("default", () => {
  test("gives the parsed body", async () => {
    expect(await verifyWebhook(BODY, sign(SECRET), SECRET, { now })).toEqual(JSON.parse(BODY));
  });

  test("takes bytes, Headers, headers in any case and as lists, and a secret that is plain text", async () => {
    const headers = sign(SECRET);
    await verifyWebhook(new TextEncoder().encode(BODY), new Headers(headers), SECRET, { now });
    const odd = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
    await verifyWebhook(Buffer.from(BODY), odd, SECRET, { now });
    const plain = "your-webhook-secret";
    await verifyWebhook(BODY, sign(plain, BODY, NOW_MS, "raw"), plain, { now });
  });

  test("any of several secrets, any of several signatures", async () => {
    const headers = sign(OTHER);
    const both = `${sign(SECRET)["webhook-signature"]} ${headers["webhook-signature"]}`;
    await verifyWebhook(BODY, headers, [SECRET, OTHER], { now });
    await verifyWebhook(BODY, { ...headers, "webhook-signature": `v2,x v1,!! ${both}` }, OTHER, { now });
  });

  test("up to the tolerance, in both directions", async () => {
    for (const seconds of [-300, 300]) {
      await verifyWebhook(BODY, sign(SECRET, BODY, NOW_MS + seconds * 1000), SECRET, { now });
    }
    await verifyWebhook(BODY, sign(SECRET, BODY, NOW_MS - 900_000), SECRET, { now, tolerance: 900 });
  });
});

describe("error", () => {
  const headers = sign(SECRET);
  const bytes = Buffer.from(headers["webhook-signature"]!.slice(3), "base64");
  bytes[31]! ^= 1;
  test.each([
    ["another secret", BODY, headers, OTHER],
    ["another body", `${BODY} `, headers, SECRET],
    ["another id", BODY, { ...headers, "webhook-id": "evt_2" }, SECRET],
    [
      "another time",
      BODY,
      { ...headers, "webhook-timestamp": String(Number(headers["webhook-timestamp"]) + 1) },
      SECRET,
    ],
    ["one bit of the signature", BODY, { ...headers, "webhook-signature": `v1,${bytes.toString("base64")}` }, SECRET],
    ["a short signature", BODY, { ...headers, "webhook-signature": "v1,AAAA" }, SECRET],
    [
      "another version",
      BODY,
      { ...headers, "webhook-signature": headers["webhook-signature"]!.replace("v1", "v2") },
      SECRET,
    ],
    ["no signature", BODY, { ...headers, "webhook-signature": "" }, SECRET],
    ["no id", BODY, { ...headers, "webhook-id": undefined }, SECRET],
    ["no time", BODY, { ...headers, "webhook-timestamp": "soon" }, SECRET],
    ["too old", BODY, sign(SECRET, BODY, NOW_MS - 301_000), SECRET],
    ["too new", BODY, sign(SECRET, BODY, NOW_MS + 301_000), SECRET],
    ["an empty secret", BODY, headers, ""],
    ["a secret that is no base64", BODY, headers, "whsec_*"],
    ["a body that is no JSON", "{", sign(SECRET, "{"), SECRET],
  ])("%s", async (_name, body, given, secret) => {
    await expect(verifyWebhook(body, given, secret, { now })).rejects.toThrow(WebhookVerificationError);
  });
});
