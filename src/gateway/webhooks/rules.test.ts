// Cases: which addresses webhooks may go to, by every notation and by name, also when a name changes; secrets and signatures
// by npm standardwebhooks; headers that are refused; when is tried again.

import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { Problem } from "../http/problem.ts";
import { AddressRules, checkedLookup, ForbiddenAddressError } from "./addresses.ts";
import { requireHeaders } from "./customHeaders.ts";
import { nextWaitMs, RETRY_AFTER_MAX_MS, RETRY_WAITS_MS, retryAfterMs } from "./retries.ts";
import { Sender } from "./send.ts";
import { generateSecret, secretKey, signatureHeaders } from "./signatures.ts";

const rules = new AddressRules([]);

test.each([
  ...["127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
  ...["169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1"],
  ...["203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16"],
  ...["::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "64:ff9b::7f00:1", "2002:7f00:1::"],
  ...[
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "2001::1",
    "100::1",
    "fe80::1%eth0",
  ],
])("error: %s is not public", (address) => {
  expect(rules.allows(address)).toBe(false);
});

test.each(["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])(
  "behavior: %s is public",
  (address) => {
    expect(rules.allows(address)).toBe(true);
  },
);

test("behavior: what the operator allows", () => {
  const devnet = new AddressRules(["127.0.0.0/8", "::1/128"]);
  expect(["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1"].map((address) => devnet.allows(address))).toEqual([
    ...[true, true, true, false],
  ]);
});

const LIMITS = { connectMs: 500, totalMs: 1_000, excerptBytes: 100 };

test.each([
  ...[
    "http://127.0.0.1:1/",
    "http://0x7f.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://[::1]:1/",
    "http://[::ffff:127.0.0.1]/",
  ],
  ...["https://169.254.169.254/latest/meta-data/", "http://localhost/", "http://127.1/"],
])("error: nothing is sent to %s", async (url) => {
  const resolve = async () => [{ address: "127.0.0.1", family: 4 }];
  const sender = new Sender({ rules, resolve, limits: LIMITS });
  expect(await sender.send({ url, headers: {}, body: "{}" })).toMatchObject({ error: "forbidden_address" });
  sender.close();
});

test("error: a name of which one address is not public, and one that changes", async () => {
  const look = (resolve: () => Promise<{ address: string; family: number }[]>) =>
    new Promise((done) =>
      checkedLookup(rules, resolve)("shop.example", { all: true }, (error, found) => done(error ?? found)),
    );
  const [open, inside] = [
    { address: "1.1.1.1", family: 4 },
    { address: "10.0.0.1", family: 4 },
  ];
  expect(await look(async () => [open, inside])).toBeInstanceOf(ForbiddenAddressError);
  expect(await look(async () => [])).toBeInstanceOf(ForbiddenAddressError);
  let asked = 0;
  // What was checked is what is connected to: the name is asked once.
  const answer = await look(async () => {
    asked += 1;
    return asked === 1 ? [open] : [inside];
  });
  expect(answer).toEqual([open]);
  expect(asked).toBe(1);
});

test("default: npm standardwebhooks takes the signatures of both forms of secret, and of two at a time", () => {
  const message = {
    id: "evt_1",
    timestampSeconds: Math.floor(Date.now() / 1000),
    body: '{"event":"order.paid","ü":1}',
  };
  const [made, plain] = [generateSecret(), "your-webhook-secret"];
  const headers = signatureHeaders(message, [made, plain]);
  const expected = JSON.parse(message.body);
  expect(new Webhook(made).verify(message.body, headers)).toEqual(expected);
  expect(new Webhook(plain, { format: "raw" }).verify(message.body, headers)).toEqual(expected);
  expect(() => new Webhook(generateSecret()).verify(message.body, headers)).toThrow("No matching signature");
  expect(() => new Webhook(made).verify(`${message.body} `, headers)).toThrow("No matching signature");
});

test.each([
  ["short", "too-short"],
  ["with a space", "your webhook secret"],
  ["beyond ASCII", "your-wébhook-secret"],
  ["no base64", "whsec_%%%%"],
  ["a key that is short", "whsec_AAAA"],
])("error: a secret %s", (_name, secret) => {
  expect(() => secretKey(secret)).toThrow(Problem);
});

test("behavior: headers of the owner's", () => {
  expect(() => requireHeaders({ Authorization: "Bearer your-api-token", "X-Shop": "1" })).not.toThrow();
});

test.each([
  ...[
    "Host",
    "Content-Type",
    "content-length",
    "Transfer-Encoding",
    "webhook-id",
    "Webhook-Signature",
    "Proxy-Authorization",
  ],
  ...["X-Forwarded-For", "Metadata-Flavor", "Connection", "bad name", "", "X:Y"],
])("error: the header %s", (name) => {
  expect(() => requireHeaders({ [name]: "x" })).toThrow(Problem);
});

test("error: values that end a header, too many, and twice the same", () => {
  expect(() => requireHeaders({ "X-Shop": "a\r\nX-Evil: 1" })).toThrow(Problem);
  expect(() => requireHeaders({ "x-shop": "a", "X-Shop": "b" })).toThrow("twice");
  const many = Object.fromEntries(Array.from({ length: 21 }, (_, index) => [`x-${index}`, ""]));
  expect(() => requireHeaders(many)).toThrow("at most 20");
});

test("behavior: waits grow to three days in the mean, and end", () => {
  const waits = RETRY_WAITS_MS.map((_, tries) =>
    nextWaitMs(tries + 1, { askedMs: undefined, random: 0.5, waitsMs: RETRY_WAITS_MS }),
  );
  const days = waits.reduce<number>((sum, wait) => sum + (wait ?? Number.NaN), 0) / 86_400_000;
  expect(days).toBeGreaterThan(2.8);
  expect(days).toBeLessThan(3.2);
  expect([...waits].sort((a, b) => Number(a) - Number(b))).toEqual(waits);
  const last = { askedMs: undefined, random: 0.5, waitsMs: RETRY_WAITS_MS };
  expect(nextWaitMs(RETRY_WAITS_MS.length + 1, last)).toBeUndefined();
  expect(nextWaitMs(1, { askedMs: 60_000, random: 0.5, waitsMs: RETRY_WAITS_MS })).toBe(60_000);
  expect(nextWaitMs(1, { askedMs: undefined, random: 0, waitsMs: RETRY_WAITS_MS })).toBe(0);
});

test.each([
  ["120", 120_000],
  ["Thu, 01 Jan 1970 00:01:00 GMT", 60_000],
  ["Wed, 31 Dec 1969 23:59:00 GMT", 0],
  ["999999999", RETRY_AFTER_MAX_MS],
  ["soon", undefined],
  [undefined, undefined],
])("behavior: Retry-After %s", (value, expected) => {
  expect(retryAfterMs(value, 0)).toBe(expected);
});
