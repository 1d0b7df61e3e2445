// Genesis and queries of CCTP V2: export after init gives the same, each fault is refused, and what is stored is found.
// Keys and values are pinned.

import { describe, expect, test } from "vitest";
import {
  QueryAttestersRequest,
  QueryDenylistedRequest,
  QueryDenylistRequest,
  QueryMinFeeAmountRequest,
  QueryRemoteTokenMessengerRequest,
  QueryRemoteTokenMessengersRequest,
  QuerySettingsRequest,
  QueryUsedNonceRequest,
  QueryUsedNoncesRequest,
} from "../../../gen/circle/cctp/v2/query.ts";
import type { GenesisState } from "../../../gen/circle/cctp/v2/types.ts";
import type { PageRequest } from "../../../gen/cosmos/base/query/v1beta1/pagination.ts";
import { toHex, utf8 } from "../../../src/codec/bytes.ts";
import type { MessageCodec } from "../../../src/codec/message.ts";
import { testText, V2World } from "./testing/v2World.ts";

const word = (byte: number) => new Uint8Array(32).fill(byte);

const GENESIS: GenesisState = {
  settings: {
    denylister: testText(1),
    feeRecipient: testText(2),
    minFeeController: testText(3),
    signatureThreshold: 2,
    maxMessageBodySize: 9000n,
    minFee: 1000n,
  },
  attesters: [`0x${"0a".repeat(20)}`, `0x${"0b".repeat(20)}`],
  remoteTokenMessengers: [
    { domainId: 0, address: word(1) },
    { domainId: 300, address: word(2) },
  ],
  denylist: [testText(7), testText(8)],
  usedNonces: [word(3), word(4)],
};

function started(): V2World {
  const world = new V2World();
  world.v2.genesis.validate(GENESIS);
  world.v2.genesis.init(world.context("genesis"), GENESIS);
  return world;
}

describe("genesis", () => {
  test("default: export after init gives the same, also the default", () => {
    const world = started();
    const exported = world.v2.genesis.export(world.context()) as GenesisState;
    expect(exported).toEqual(GENESIS);
    const fresh = new V2World();
    const { genesis } = fresh.v2;
    genesis.validate(genesis.defaultGenesis());
    expect(genesis.export(fresh.context())).toEqual(genesis.defaultGenesis());
  });

  test("default: keys and values", () => {
    const key = (text: string, rest = "") => toHex(utf8(text)) + rest;
    expect(started().dump()).toEqual({
      [key("v2/attester/", "0a".repeat(20))]: "01",
      [key("v2/attester/", "0b".repeat(20))]: "01",
      [key("v2/denylist/", "07".repeat(20))]: "01",
      [key("v2/denylist/", "08".repeat(20))]: "01",
      [key("v2/max-message-body-size")]: "0000000000002328",
      [key("v2/min-fee")]: "00000000000003e8",
      [key("v2/remote-token-messenger/", "00000000")]: "01".repeat(32),
      [key("v2/remote-token-messenger/", "0000012c")]: "02".repeat(32),
      [key("v2/role/denylister")]: "01".repeat(20),
      [key("v2/role/fee-recipient")]: "02".repeat(20),
      [key("v2/role/min-fee-controller")]: "03".repeat(20),
      [key("v2/signature-threshold")]: "00000002",
      [key("v2/used-nonce/", "03".repeat(32))]: "01",
      [key("v2/used-nonce/", "04".repeat(32))]: "01",
    });
  });

  const settings = GENESIS.settings!;
  const faults: readonly (readonly [string, Partial<GenesisState>])[] = [
    ["a role that is no address", { settings: { ...settings, denylister: "x" } }],
    ["a threshold above the attesters", { settings: { ...settings, signatureThreshold: 3 } }],
    ["a body size beyond all", { settings: { ...settings, maxMessageBodySize: 65_537n } }],
    ["a minimum fee of everything", { settings: { ...settings, minFee: 10_000_000n } }],
    ["an attester that is none", { attesters: ["0x00", ...GENESIS.attesters] }],
    ["an attester twice, spelled otherwise", { attesters: [`0x${"0a".repeat(20)}`, "0A".repeat(20)] }],
    ["65 attesters", { attesters: Array.from({ length: 65 }, (_, n) => (n + 1).toString(16).padStart(40, "0")) }],
    ["a messenger of 20 bytes", { remoteTokenMessengers: [{ domainId: 1, address: new Uint8Array(20).fill(1) }] }],
    ["a messenger of zeros", { remoteTokenMessengers: [{ domainId: 1, address: word(0) }] }],
    [
      "a domain twice",
      { remoteTokenMessengers: [...GENESIS.remoteTokenMessengers, { domainId: 0, address: word(5) }] },
    ],
    ["an account twice", { denylist: [testText(7), testText(7).toUpperCase()] }],
    ["a nonce twice", { usedNonces: [word(3), word(3)] }],
    ["a nonce of zeros", { usedNonces: [word(0)] }],
  ];
  test.each(faults)("error: %s", (_name, change) => {
    expect(() => new V2World().v2.genesis.validate({ ...GENESIS, ...change })).toThrow();
  });
});

describe("queries", () => {
  const world = started();

  test("default: single values", () => {
    expect(world.ask("Settings", QuerySettingsRequest)).toEqual({ settings: GENESIS.settings });
    const remote = { remoteTokenMessenger: { domainId: 300, address: word(2) } };
    expect(world.ask("RemoteTokenMessenger", QueryRemoteTokenMessengerRequest, { domainId: 300 })).toEqual(remote);
    expect(world.ask("Denylisted", QueryDenylistedRequest, { account: testText(7) })).toEqual({ denylisted: true });
    expect(world.ask("Denylisted", QueryDenylistedRequest, { account: testText(9) })).toEqual({ denylisted: false });
  });

  test("default: a nonce is used, free, or zero and so always used", () => {
    const used = (nonce: string) => world.ask("UsedNonce", QueryUsedNonceRequest, { nonce });
    expect(used(`0x${"03".repeat(32)}`)).toEqual({ used: true });
    expect(used("05".repeat(32))).toEqual({ used: false });
    expect(used("00".repeat(32))).toEqual({ used: true });
  });

  test("default: lists, paged", () => {
    const page = { key: new Uint8Array(0), offset: 1n, limit: 1n, countTotal: true, reverse: false };
    const pagination = { nextKey: new Uint8Array(0), total: 2n };
    type Paged = MessageCodec<{ pagination: PageRequest | undefined }>;
    const ask = (name: string, request: Paged) => world.ask(name, request, { pagination: page });
    expect(ask("Attesters", QueryAttestersRequest)).toEqual({ attesters: [GENESIS.attesters[1]], pagination });
    expect(ask("Denylist", QueryDenylistRequest)).toEqual({ accounts: [testText(8)], pagination });
    expect(ask("UsedNonces", QueryUsedNoncesRequest)).toEqual({ nonces: [word(4)], pagination });
    expect(ask("RemoteTokenMessengers", QueryRemoteTokenMessengersRequest)).toEqual({
      remoteTokenMessengers: [GENESIS.remoteTokenMessengers[1]],
      pagination,
    });
  });

  test("error: what cannot be asked", () => {
    expect(() => world.ask("RemoteTokenMessenger", QueryRemoteTokenMessengerRequest, { domainId: 1 })).toThrow(
      "not found",
    );
    expect(() => world.ask("UsedNonce", QueryUsedNonceRequest, { nonce: "03" })).toThrow("32 bytes");
    expect(() => world.ask("Denylisted", QueryDenylistedRequest, { account: "nobody" })).toThrow("bech32");
    expect(() => world.ask("MinFeeAmount", QueryMinFeeAmountRequest, { amount: "1" })).toThrow("amount too low");
    expect(() => world.ask("MinFeeAmount", QueryMinFeeAmountRequest, { amount: "-1" })).toThrow("amount");
  });
});
