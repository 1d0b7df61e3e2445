// The ABI of our contracts is that of Circle's (test/vectors/cctp/abi-facts.json), name for name; what the attester and
// the relayer call (src/cctp/evmAbi.ts) is a part of it.

import {
  type Abi,
  type AbiEvent,
  type AbiFunction,
  toEventSelector,
  toFunctionSelector,
  toFunctionSignature,
} from "viem";
import { describe, expect, test } from "vitest";
import { FiatToken } from "../gen/contracts/FiatToken.ts";
import { MessageTransmitter } from "../gen/contracts/MessageTransmitter.ts";
import { MessageTransmitterV2 } from "../gen/contracts/MessageTransmitterV2.ts";
import { TokenMessenger } from "../gen/contracts/TokenMessenger.ts";
import { TokenMessengerV2 } from "../gen/contracts/TokenMessengerV2.ts";
import { TokenMinter } from "../gen/contracts/TokenMinter.ts";
import { TokenMinterV2 } from "../gen/contracts/TokenMinterV2.ts";
import { HookWrapper } from "../gen/contracts/testing/HookWrapper.ts";
import {
  MESSAGE_TRANSMITTER_ABI,
  TOKEN_MESSENGER_V1_ABI,
  TOKEN_MESSENGER_V2_ABI,
  USDC_ABI,
} from "../src/cctp/evmAbi.ts";
import { readVectors } from "../src/cctp/testing/vectors.ts";
import type { EvmArtifact } from "../src/chains/evmArtifact.ts";

interface FunctionFacts {
  readonly signature: string;
  readonly selector: string;
  readonly stateMutability: string;
  readonly argNames: readonly string[];
  readonly returns: readonly string[];
}

interface EventFacts {
  readonly signature: string;
  readonly topic0: string;
  readonly fields: readonly { readonly name: string; readonly type: string; readonly indexed: boolean }[];
}

interface ContractFacts {
  readonly functions: readonly FunctionFacts[];
  readonly events: readonly EventFacts[];
}

const FACTS = readVectors<{
  readonly handlers: Readonly<Record<string, string>>;
  readonly contracts: Readonly<Record<"v1" | "v2" | "example", Readonly<Record<string, ContractFacts>>>>;
}>("abi-facts");

const DEPLOYED: Readonly<Record<string, EvmArtifact>> = {
  MessageTransmitter,
  TokenMessenger,
  TokenMinter,
  MessageTransmitterV2,
  TokenMessengerV2,
  TokenMinterV2,
};

function functionFacts(item: AbiFunction): FunctionFacts {
  return {
    signature: toFunctionSignature(item),
    selector: toFunctionSelector(item),
    stateMutability: item.stateMutability,
    argNames: item.inputs.map(({ name }) => name ?? ""),
    returns: item.outputs.map(({ type }) => type),
  };
}

function eventFacts(item: AbiEvent): EventFacts {
  return {
    signature: toFunctionSignature({ ...item, type: "function", outputs: [], stateMutability: "view" }),
    topic0: toEventSelector(item),
    fields: item.inputs.map(({ name, type, indexed }) => ({ name: name ?? "", type, indexed: indexed === true })),
  };
}

/** An ABI as the facts write it, in order of signatures. */
function factsOf(abi: Abi): ContractFacts {
  const bySignature = (a: { signature: string }, b: { signature: string }) => (a.signature < b.signature ? -1 : 1);
  return {
    functions: abi
      .filter((item) => item.type === "function")
      .map(functionFacts)
      .sort(bySignature),
    events: abi
      .filter((item) => item.type === "event")
      .map(eventFacts)
      .sort(bySignature),
  };
}

describe("Circle's ABI", () => {
  const ofCircle = { ...FACTS.contracts.v1, ...FACTS.contracts.v2 };

  test("the facts know no other contract", () => {
    expect(Object.keys(ofCircle).sort()).toEqual(Object.keys(DEPLOYED).sort());
  });

  test.each(Object.keys(ofCircle))("%s has it, and nothing else", (name) => {
    const artifact = DEPLOYED[name];
    const facts = ofCircle[name];
    if (artifact === undefined || facts === undefined) throw new Error(`no contract ${name}`);
    expect(factsOf(artifact.abi)).toEqual({ functions: facts.functions, events: facts.events });
  });

  test("handlers have the selectors that recipients answer to", () => {
    const functions = [TokenMessenger, TokenMessengerV2].flatMap(({ abi }) => factsOf(abi).functions);
    for (const [signature, selector] of Object.entries(FACTS.handlers)) {
      expect(functions).toContainEqual(expect.objectContaining({ signature, selector }));
    }
  });

  test("the hook wrapper of the tests has that of Circle's example", () => {
    const { functions, events } = FACTS.contracts.example["CCTPHookWrapper"] ?? { functions: [], events: [] };
    expect(factsOf(HookWrapper.abi)).toEqual({ functions, events });
  });
});

describe("src/cctp/evmAbi.ts", () => {
  /** Names of arguments are free; those of event fields are not, since logs are read by them. */
  const withoutArgNames = ({ argNames: _, ...rest }: FunctionFacts) => rest;

  test.each([
    ["MESSAGE_TRANSMITTER_ABI of V1", MESSAGE_TRANSMITTER_ABI, MessageTransmitter],
    ["MESSAGE_TRANSMITTER_ABI of V2", MESSAGE_TRANSMITTER_ABI, MessageTransmitterV2],
    ["TOKEN_MESSENGER_V1_ABI", TOKEN_MESSENGER_V1_ABI, TokenMessenger],
    ["TOKEN_MESSENGER_V2_ABI", TOKEN_MESSENGER_V2_ABI, TokenMessengerV2],
    ["USDC_ABI", USDC_ABI, FiatToken],
  ] satisfies [string, Abi, EvmArtifact][])("%s is part of the compiled ABI", (_name, used, { abi }) => {
    const compiled = factsOf(abi);
    const { functions, events } = factsOf(used);
    expect(compiled.functions.map(withoutArgNames)).toEqual(expect.arrayContaining(functions.map(withoutArgNames)));
    expect(compiled.events).toEqual(expect.arrayContaining([...events]));
    expect(functions.length + events.length).toBe(used.length);
  });
});
