// Cases: taking fees off each kind of allowance, to the last unit and beyond; expiry to the nanosecond; periods that begin,
// step, are skipped and are bounded by the whole; filters; what makes no sense; Any and back.

import { describe, expect, test } from "vitest";
import { AllowedMsgAllowance, BasicAllowance, PeriodicAllowance } from "../../gen/cosmos/feegrant/v1beta1/feegrant.ts";
import { coinsToProto, formatCoins, parseCoins } from "../../src/codec/coins.ts";
import { timestampFromNs, timestampToNs } from "../../src/codec/time.ts";
import {
  type Allowance,
  acceptFee,
  decodeAllowance,
  encodeAllowance,
  expiryNs,
  validateAllowance,
} from "./allowance.ts";

const NOW = 1_767_323_045_600_000_000n;
const HOUR = 3_600_000_000_000n;
const SEND = "/cosmos.bank.v1beta1.MsgSend";

const coins = (text: string) => coinsToProto(parseCoins(text));
const use = (fee: string, timeNs = NOW, typeUrls: readonly string[] = [SEND]) => ({
  fee: parseCoins(fee),
  typeUrls,
  timeNs,
});

function basic(limit: string, endsNs?: bigint): Allowance {
  const expiration = endsNs === undefined ? undefined : timestampFromNs(endsNs);
  return { kind: "basic", basic: { spendLimit: coins(limit), expiration } };
}

interface Period {
  readonly total?: string;
  readonly limit?: string;
  readonly left?: string;
  readonly resetNs?: bigint;
  readonly endsNs?: bigint;
}

/** An hour of 10uusdc, of which all is left, and which ends in an hour. */
function periodic({ total = "", limit = "10uusdc", left = limit, resetNs = NOW + HOUR, endsNs }: Period): Allowance {
  const periodic = PeriodicAllowance.fromPartial({
    basic: {
      spendLimit: coins(total),
      ...(endsNs === undefined ? {} : { expiration: timestampFromNs(endsNs) }),
    },
    period: { seconds: 3600n, nanos: 0 },
    periodSpendLimit: coins(limit),
    periodCanSpend: coins(left),
    periodReset: timestampFromNs(resetNs),
  });
  return { kind: "periodic", periodic };
}

function filtered(allowedMessages: readonly string[], inner: Allowance = basic("10uusdc")): Allowance {
  return { kind: "filtered", allowedMessages, inner };
}

function limitOf(allowance: Allowance): string {
  if (allowance.kind === "filtered") return limitOf(allowance.inner);
  const { spendLimit } =
    allowance.kind === "basic" ? allowance.basic : (allowance.periodic.basic ?? { spendLimit: [] });
  return formatCoins(spendLimit.map(({ denom, amount }) => ({ denom, amount: BigInt(amount) })));
}

describe("basic", () => {
  test.each([
    ["part of it", basic("10uusdc"), "4uusdc", "6uusdc", false],
    ["all of it", basic("10uusdc"), "10uusdc", "", true],
    ["one of two denominations", basic("3uatom,10uusdc"), "10uusdc", "3uatom", false],
    ["nothing", basic("10uusdc"), "", "10uusdc", false],
    ["without a limit", basic(""), "1000000uusdc", "", false],
    ["at the very end", basic("10uusdc", NOW), "1uusdc", "9uusdc", false],
  ])("default: %s", (_what, allowance, fee, left, isOver) => {
    const accepted = acceptFee(allowance, use(fee));
    expect([limitOf(accepted.left), accepted.isOver]).toEqual([left, isOver]);
  });

  test.each([
    ["too much", basic("10uusdc"), "11uusdc", 2, "basic allowance: fee limit exceeded"],
    ["another denomination", basic("10uusdc"), "1uatom", 2, "basic allowance: fee limit exceeded"],
    ["one of two is too much", basic("3uatom,10uusdc"), "4uatom,1uusdc", 2, "basic allowance: fee limit exceeded"],
    ["a nanosecond late", basic("10uusdc", NOW - 1n), "1uusdc", 3, "basic allowance: fee allowance expired"],
    ["late and too much", basic("10uusdc", NOW - 1n), "11uusdc", 3, "basic allowance: fee allowance expired"],
    ["late without a limit", basic("", NOW - 1n), "1uusdc", 3, "basic allowance: fee allowance expired"],
  ])("error: %s", (_what, allowance, fee, code, message) => {
    expect(() => acceptFee(allowance, use(fee))).toThrow(
      expect.objectContaining({ code, codespace: "feegrant", message }),
    );
  });
});

describe("periodic", () => {
  /** What may be spent in the period, and when the next begins, in hours from now. */
  function after(allowance: Allowance, fee: string, timeNs = NOW) {
    const { left, isOver } = acceptFee(allowance, use(fee, timeNs));
    if (left.kind !== "periodic") throw new Error("it stays periodic");
    const { periodCanSpend, periodReset } = left.periodic;
    const resetNs = periodReset === undefined ? 0n : timestampToNs(periodReset);
    const canSpend = periodCanSpend.map(({ denom, amount }) => `${amount}${denom}`).join(",");
    return [canSpend, Number((resetNs - NOW) / (HOUR / 4n)) / 4, limitOf(left), isOver];
  }

  test.each([
    ["within the period", periodic({}), "4uusdc", 0n, ["6uusdc", 1, "", false]],
    ["all of the period", periodic({}), "10uusdc", 0n, ["", 1, "", false]],
    ["of the whole, too", periodic({ total: "15uusdc" }), "4uusdc", 0n, ["6uusdc", 1, "11uusdc", false]],
    ["the last of the whole", periodic({ total: "4uusdc" }), "4uusdc", 0n, ["6uusdc", 1, "", true]],
    ["just before the reset", periodic({ left: "3uusdc" }), "3uusdc", HOUR - 1n, ["", 1, "", false]],
    ["at the reset it begins anew", periodic({ left: "" }), "4uusdc", HOUR, ["6uusdc", 2, "", false]],
    ["what was unspent is gone", periodic({ left: "10uusdc" }), "4uusdc", HOUR, ["6uusdc", 2, "", false]],
    ["a period late it steps", periodic({ left: "" }), "4uusdc", 2n * HOUR, ["6uusdc", 2, "", false]],
    ["later, it begins now", periodic({ left: "" }), "4uusdc", 5n * HOUR, ["6uusdc", 6, "", false]],
    ["the whole bounds the period", periodic({ total: "7uusdc" }), "1uusdc", HOUR, ["6uusdc", 2, "6uusdc", false]],
    ["a reset that was never set", periodic({ left: "", resetNs: 0n }), "4uusdc", 0n, ["6uusdc", 1, "", false]],
    ["at the very end", periodic({ endsNs: NOW }), "4uusdc", 0n, ["6uusdc", 1, "", false]],
  ] as const)("default: %s", (_what, allowance, fee, laterNs, expected) => {
    expect(after(allowance, fee, NOW + laterNs)).toEqual(expected);
  });

  test.each([
    ["more than the period", periodic({}), "11uusdc", 2, "period limit: fee limit exceeded"],
    ["more than is left of it", periodic({ left: "3uusdc" }), "4uusdc", 2, "period limit: fee limit exceeded"],
    ["more than the whole", periodic({ total: "3uusdc" }), "4uusdc", 2, "absolute limit: fee limit exceeded"],
    ["the period's limit first", periodic({ total: "3uusdc" }), "11uusdc", 2, "period limit: fee limit exceeded"],
    ["too late", periodic({ endsNs: NOW - 1n }), "1uusdc", 3, "absolute limit: fee allowance expired"],
    ["too late first", periodic({ endsNs: NOW - 1n }), "11uusdc", 3, "absolute limit: fee allowance expired"],
  ])("error: %s", (_what, allowance, fee, code, message) => {
    expect(() => acceptFee(allowance, use(fee))).toThrow(
      expect.objectContaining({ code, codespace: "feegrant", message }),
    );
  });
});

describe("filtered", () => {
  test("default: listed messages pass on to the allowance inside", () => {
    const { left, isOver } = acceptFee(filtered([SEND, "/x"]), use("4uusdc", NOW, [SEND, SEND]));
    expect(left).toEqual(filtered([SEND, "/x"], basic("6uusdc")));
    expect(isOver).toBe(false);
    expect(acceptFee(filtered([SEND]), use("10uusdc")).isOver).toBe(true);
  });

  test.each([
    [
      "another message",
      use("1uusdc", NOW, ["/x"]),
      7,
      "message does not exist in allowed messages: message not allowed",
    ],
    ["one other among allowed", use("1uusdc", NOW, [SEND, "/x"]), 7, "message does not exist"],
    ["another message first", use("11uusdc", NOW, ["/x"]), 7, "message does not exist"],
    ["too much", use("11uusdc"), 2, "basic allowance: fee limit exceeded"],
  ])("error: %s", (_what, fee, code, message) => {
    expect(() => acceptFee(filtered([SEND]), fee)).toThrow(
      expect.objectContaining({ code, codespace: "feegrant", message: expect.stringContaining(message) }),
    );
  });
});

describe("validateAllowance", () => {
  const past = timestampFromNs(-1_000_000_000n);
  const many = Array.from({ length: 1001 }, (_, index) => `/m${index}`);
  const raw = (limit: { denom: string; amount: string }[]): Allowance => ({
    kind: "basic",
    basic: { spendLimit: limit, expiration: undefined },
  });
  const withPeriod = (change: Partial<PeriodicAllowance>): Allowance => {
    const made = periodic({});
    if (made.kind !== "periodic") throw new Error("made periodic");
    return { kind: "periodic", periodic: { ...made.periodic, ...change } };
  };

  test.each([basic(""), basic("10uusdc", NOW), periodic({}), periodic({ total: "20uusdc" }), filtered([SEND])])(
    "default: %#",
    (allowance) => {
      expect(() => validateAllowance(allowance)).not.toThrow();
    },
  );

  test.each<[string, Allowance, string, number, string]>([
    ["no amount", raw([{ denom: "uusdc", amount: "0" }]), "sdk", 10, "send amount is invalid: 0uusdc"],
    [
      "unsorted coins",
      raw([
        { denom: "uusdc", amount: "1" },
        { denom: "uatom", amount: "1" },
      ]),
      "sdk",
      10,
      "send amount is invalid",
    ],
    ["a time before 1970", { kind: "basic", basic: { spendLimit: [], expiration: past } }, "feegrant", 4, "negative"],
    ["a period of nothing", withPeriod({ periodSpendLimit: [] }), "sdk", 10, "spend limit must be positive"],
    [
      "a bad limit",
      withPeriod({ periodSpendLimit: [{ denom: "!", amount: "1" }] }),
      "sdk",
      10,
      "spend amount is invalid",
    ],
    [
      "a bad rest",
      withPeriod({ periodCanSpend: [{ denom: "a b", amount: "1" }] }),
      "sdk",
      10,
      "can spend amount is invalid",
    ],
    ["other denominations than the whole", periodic({ total: "5uatom" }), "sdk", 10, "different currency"],
    ["a negative period", withPeriod({ period: { seconds: -1n, nanos: 0 } }), "feegrant", 4, "negative clock step"],
    ["a filter that lets nothing through", filtered([]), "feegrant", 6, "allowed messages shouldn't be empty"],
    ["a filter that is too long", filtered(many), "feegrant", 6, "more than 1000 allowed messages"],
    ["nonsense in a filter", filtered([SEND], periodic({ total: "5uatom" })), "sdk", 10, "different currency"],
  ])("error: %s", (_what, allowance, codespace, code, message) => {
    expect(() => validateAllowance(allowance)).toThrow(
      expect.objectContaining({ codespace, code, message: expect.stringContaining(message) }),
    );
  });
});

describe("Any", () => {
  const all = [basic("10uusdc", NOW), periodic({ total: "20uusdc" }), filtered([SEND], periodic({}))];

  test.each(all)("default: %# comes back", (allowance) => {
    expect(decodeAllowance(encodeAllowance(allowance))).toEqual(allowance);
  });

  test("behavior: the end is that of the allowance inside", () => {
    expect(all.map(expiryNs)).toEqual([NOW, undefined, undefined]);
    expect(expiryNs(filtered([SEND], basic("", NOW)))).toBe(NOW);
  });

  test("error: none, of another type, and filters in filters", () => {
    const nested = AllowedMsgAllowance.encode({
      allowance: encodeAllowance(filtered([SEND])),
      allowedMessages: [SEND],
    });
    expect(() => decodeAllowance(undefined)).toThrow("allowance should not be empty: no allowance");
    expect(() => decodeAllowance({ typeUrl: "/x.Y", value: new Uint8Array(0) })).toThrow("/x.Y is not a fee allowance");
    expect(() => decodeAllowance({ typeUrl: `/${AllowedMsgAllowance.$type}`, value: nested.finish() })).toThrow(
      "allowed-message allowances do not nest: no allowance",
    );
    expect(decodeAllowance({ typeUrl: `/${BasicAllowance.$type}`, value: new Uint8Array(0) })).toEqual(basic(""));
  });
});
