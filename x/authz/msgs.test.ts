// Cases: what the vectors of the SDK (sdkVectors.test.ts) do not show: nesting, limits of our own, messages and times that
// cannot be decoded, gas that runs out inside, and that a refusal changes nothing.

import { describe, expect, test } from "vitest";
import { GenericAuthorization } from "../../gen/cosmos/authz/v1beta1/authz.ts";
import { MsgExec, MsgExecResponse, MsgGrant, MsgRevoke } from "../../gen/cosmos/authz/v1beta1/tx.ts";
import { SendAuthorization } from "../../gen/cosmos/bank/v1beta1/authz.ts";
import { MsgSend, MsgSendResponse, MsgUpdateParams } from "../../gen/cosmos/bank/v1beta1/tx.ts";
import type { Any } from "../../gen/google/protobuf/any.ts";
import { GasMeter } from "../../src/baseapp/gas.ts";
import { coinsToProto, parseCoins } from "../../src/codec/coins.ts";
import { timestampFromNs } from "../../src/codec/time.ts";
import { GOV, ModuleWorld, START_NS, testAddress, testAddressText } from "./testing/moduleWorld.ts";

const A = testAddressText(1);
const B = testAddressText(2);
const SEND = `/${MsgSend.$type}`;

function sendAny(from: string, to: string, amount = "1uusdc"): Any {
  const value = MsgSend.encode({ fromAddress: from, toAddress: to, amount: coinsToProto(parseCoins(amount)) }).finish();
  return { typeUrl: SEND, value };
}

function execAny(grantee: string, msgs: Any[]): Any {
  return { typeUrl: `/${MsgExec.$type}`, value: MsgExec.encode({ grantee, msgs }).finish() };
}

function genericAny(msg: string): Any {
  return { typeUrl: `/${GenericAuthorization.$type}`, value: GenericAuthorization.encode({ msg }).finish() };
}

function limitedAny(spendLimit: { denom: string; amount: string }[], allowList: string[] = []): Any {
  const value = SendAuthorization.encode({ spendLimit, allowList }).finish();
  return { typeUrl: `/${SendAuthorization.$type}`, value };
}

function grantAny(authorization: Any | undefined, expiration?: { seconds: bigint; nanos: number }, grantee = B): Any {
  const value = MsgGrant.encode({ granter: A, grantee, grant: { authorization, expiration } }).finish();
  return { typeUrl: `/${MsgGrant.$type}`, value };
}

function revokeAny(granter: string, grantee: string): Any {
  return { typeUrl: `/${MsgRevoke.$type}`, value: MsgRevoke.encode({ granter, grantee, msgTypeUrl: SEND }).finish() };
}

const run = (world: ModuleWorld, { typeUrl, value }: Any) => world.send(typeUrl, value);

/** A transfer inside so many executions. */
function nested(depth: number): Any {
  let inner = sendAny(B, A);
  for (let index = 0; index < depth; index++) inner = execAny(B, [inner]);
  return inner;
}

describe("accepted", () => {
  test("default: a grant is used, and the answer holds the answers", () => {
    const world = ModuleWorld.started();
    expect(run(world, grantAny(genericAny(SEND))).failure).toBeUndefined();
    const { value, failure } = run(world, execAny(B, [sendAny(A, B), sendAny(B, A)]));
    expect(failure).toBeUndefined();
    const empty = MsgSendResponse.encode({}).finish();
    expect(MsgExecResponse.decode(value ?? new Uint8Array(0)).results).toEqual([empty, empty]);
  });

  test("behavior: executions nest eight deep, and their events say where they stood, inside first", () => {
    const world = ModuleWorld.started();
    const { failure, events } = run(world, nested(8));
    expect(failure).toBeUndefined();
    for (const { attributes } of events) {
      expect(attributes.filter(({ key }) => key === "authz_msg_index").length).toBe(8);
    }
    const two = run(world, execAny(B, [sendAny(B, A), execAny(B, [sendAny(B, A), sendAny(B, A)])])).events;
    const places = two
      .filter(({ type }) => type === "transfer")
      .map(({ attributes }) => attributes.filter(({ key }) => key === "authz_msg_index").map(({ value }) => value));
    expect(places).toEqual([["0"], ["0", "1"], ["1", "1"]]);
  });

  test("behavior: a refused execution leaves no nesting behind", () => {
    const world = ModuleWorld.started();
    for (let time = 0; time < 20; time++) expect(run(world, nested(9)).failure?.code).toBe(18);
    expect(run(world, nested(8)).failure).toBeUndefined();
  });

  test("behavior: a grant that is revoked inside an execution is gone for the next message of it", () => {
    const world = ModuleWorld.started();
    run(world, grantAny(genericAny(SEND)));
    run(world, grantAny(genericAny(`/${MsgRevoke.$type}`)));
    const { failure } = run(world, execAny(B, [sendAny(A, B), revokeAny(A, B), sendAny(A, B)]));
    expect(failure).toMatchObject({ codespace: "authz", code: 2 });
    expect(run(world, execAny(B, [sendAny(A, B)])).failure).toBeUndefined();
  });

  test("behavior: a module's message that no account can sign is not opened by executing it", () => {
    const world = ModuleWorld.started();
    const update = MsgUpdateParams.encode({
      authority: GOV,
      params: { defaultSendEnabled: false, sendEnabled: [] },
    }).finish();
    const { failure } = run(world, execAny(A, [{ typeUrl: `/${MsgUpdateParams.$type}`, value: update }]));
    expect(failure).toMatchObject({ codespace: "authz", code: 2 });
  });
});

const TOO_LONG = Array.from({ length: 1001 }, (_, index) => `a${index}`);
const COIN = [{ denom: "uusdc", amount: "1" }];

describe("refused", () => {
  test.each<[string, Any, string, number, string]>([
    ["nine nested executions", nested(9), "sdk", 18, "executions are nested more than 8 deep"],
    [
      "more than 1,000 messages",
      execAny(
        B,
        Array.from({ length: 1001 }, () => sendAny(B, A)),
      ),
      "sdk",
      18,
      "more than 1000 messages",
    ],
    [
      "a message that nobody handles",
      execAny(B, [{ typeUrl: "/x.y.Z", value: new Uint8Array(0) }]),
      "sdk",
      6,
      "unrecognized message route: /x.y.Z",
    ],
    [
      "a message without a type",
      execAny(B, [{ typeUrl: "", value: new Uint8Array(0) }]),
      "sdk",
      6,
      "unrecognized message route: ",
    ],
    [
      "an inner message whose bytes are cut",
      execAny(B, [{ typeUrl: SEND, value: sendAny(B, A).value.slice(0, -1) }]),
      "sdk",
      2,
      "msg 0: ",
    ],
    [
      "an inner message refused without looking at the state",
      execAny(B, [
        sendAny(B, A),
        {
          typeUrl: SEND,
          value: MsgSend.encode({ fromAddress: B, toAddress: A, amount: [{ denom: "uusdc", amount: "x" }] }).finish(),
        },
      ]),
      "sdk",
      2,
      "msg 1: amount of a coin",
    ],
    [
      "an unknown kind of authorization",
      grantAny({ typeUrl: "/x.y.Authorization", value: new Uint8Array(0) }),
      "authz",
      4,
      "/x.y.Authorization",
    ],
    ["a message as an authorization", grantAny(sendAny(A, B)), "authz", 4, "MsgSend"],
    [
      "an authorization whose bytes are cut",
      grantAny({ ...genericAny(SEND), value: Uint8Array.of(10, 200) }),
      "sdk",
      2,
      "GenericAuthorization",
    ],
    [
      "a limit that is not sorted",
      grantAny(
        limitedAny([
          { denom: "uusdc", amount: "1" },
          { denom: "stake", amount: "1" },
        ]),
      ),
      "sdk",
      10,
      "is not sorted",
    ],
    [
      "a limit that is no number",
      grantAny(limitedAny([{ denom: "uusdc", amount: "x" }])),
      "sdk",
      10,
      "invalid coin amount",
    ],
    ["a negative limit", grantAny(limitedAny([{ denom: "uusdc", amount: "-1" }])), "sdk", 10, "negative coin amount"],
    ["a long list", grantAny(limitedAny(COIN, TOO_LONG)), "sdk", 18, "more than 1000 allowed addresses"],
    [
      "an end before the year 1",
      grantAny(genericAny(SEND), { seconds: -(1n << 62n), nanos: 0 }),
      "sdk",
      2,
      "expiration: ",
    ],
    [
      "an end after the year 9999",
      grantAny(genericAny(SEND), { seconds: 253_402_300_800n, nanos: 0 }),
      "sdk",
      2,
      "expiration: ",
    ],
    [
      "negative nanoseconds",
      grantAny(genericAny(SEND), { seconds: 1_900_000_000n, nanos: -1 }),
      "sdk",
      2,
      "expiration: ",
    ],
    [
      "too many nanoseconds",
      grantAny(genericAny(SEND), { seconds: 1_900_000_000n, nanos: 1_000_000_000 }),
      "sdk",
      2,
      "expiration: ",
    ],
    [
      "oneself in upper case",
      grantAny(genericAny(SEND), undefined, A.toUpperCase()),
      "authz",
      7,
      "should be different",
    ],
    [
      "a malformed grantee",
      grantAny(genericAny(SEND), undefined, "x"),
      "sdk",
      7,
      "invalid grantee address: decoding bech32 failed: invalid bech32 string length 1: invalid address",
    ],
    [
      "a malformed grantee of an execution",
      execAny("", [sendAny(B, A)]),
      "sdk",
      7,
      "invalid grantee address: empty address string is not allowed",
    ],
  ])("error: %s", (_name, message, codespace, code, text) => {
    const world = ModuleWorld.started();
    const before = world.dump();
    const { failure, events } = run(world, message);
    expect(failure).toMatchObject({ codespace, code });
    expect(failure?.log).toContain(text);
    expect(events).toEqual([]);
    expect(world.dump()).toEqual(before);
  });

  test("error: an address that is blocked gets no account by a grant", () => {
    const world = ModuleWorld.started();
    const { failure } = new ModuleWorld().send(`/${MsgGrant.$type}`, grantAny(genericAny(SEND), undefined, GOV).value);
    expect(failure).toMatchObject({ codespace: "sdk", code: 4 });
    // Where the module has its account, the grant is made: it cannot act, and nothing is sent to it.
    expect(run(world, grantAny(genericAny(SEND), undefined, GOV)).failure).toBeUndefined();
  });

  test("error: out of gas inside an execution keeps its code and its text", () => {
    const world = ModuleWorld.started();
    const before = world.dump();
    for (let limit = 0n; limit < 16_000n; limit += 500n) {
      const gas = new GasMeter(limit);
      const { failure } = world.run((ctx) => world.authz.execute(ctx.with({ gas }), testAddress(2), [sendAny(B, A)]));
      expect(failure).toMatchObject({ codespace: "sdk", code: 11 });
      expect(failure?.log).toMatch(/^out of gas in location: /);
    }
    expect(world.dump()).toEqual(before);
  });
});

describe("limits of a SendAuthorization", () => {
  test("behavior: each address of the list that is compared costs 10 gas", () => {
    const gasOf = (place: number) => {
      const world = ModuleWorld.started();
      const others = Array.from({ length: 5 }, (_, index) => testAddressText(50 + index));
      const allowList = [...others.slice(0, place), A, ...others.slice(place)];
      const { failure } = world.send(
        `/${MsgGrant.$type}`,
        MsgGrant.encode({
          granter: B,
          grantee: A,
          grant: { authorization: limitedAny([{ denom: "uusdc", amount: "5" }], allowList), expiration: undefined },
        }).finish(),
      );
      expect(failure).toBeUndefined();
      return run(world, execAny(A, [sendAny(B, A)])).gas;
    };
    expect(gasOf(4) - gasOf(0)).toBe(40n);
  });

  test("error: amounts that are no set of coins are refused by the transfer, and the limit stays", () => {
    const world = ModuleWorld.started();
    const limit = coinsToProto(parseCoins("10stake,10uusdc"));
    run(world, grantAny(limitedAny(limit), timestampFromNs(START_NS + 1_000_000_000n)));
    const before = world.dump();
    const amounts = [
      [],
      [{ denom: "uusdc", amount: "0" }],
      [{ denom: "uusdc", amount: "-5" }],
      [
        { denom: "uusdc", amount: "1" },
        { denom: "stake", amount: "1" },
      ],
      [
        { denom: "uusdc", amount: "1" },
        { denom: "uusdc", amount: "1" },
      ],
    ];
    for (const amount of amounts) {
      const value = MsgSend.encode({ fromAddress: A, toAddress: B, amount }).finish();
      const { failure } = run(world, execAny(B, [{ typeUrl: SEND, value }]));
      expect(failure?.codespace).toBe("sdk");
      expect([5, 10]).toContain(failure?.code);
    }
    expect(world.dump()).toEqual(before);
  });
});
