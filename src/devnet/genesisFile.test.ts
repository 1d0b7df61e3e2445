// Cases: a document that was made; the SDK's shape; old documents; each thing that can be wrong with it; accounts.

import { describe, expect, test } from "vitest";
import { addGenesisAccount, createGenesisDoc, parseGenesisDoc } from "./genesisFile.ts";

const made = createGenesisDoc({
  chainId: "shop-1",
  timeNs: 1_700_000_000_000_000_000n,
  validators: [{ pubKey: new Uint8Array(32).fill(7), name: "shop" }],
  accounts: [],
  appState: { auth: {}, bank: {} },
});

type Json = Record<string, unknown>;
const copy = (): Json => structuredClone(made) as unknown as Json;
const params = (change: Json): Json => ({ ...copy(), consensus_params: { ...made.consensus_params, ...change } });
const validator = (change: Json): Json => ({ ...copy(), validators: [{ ...made.validators[0], ...change }] });

describe("parseGenesisDoc", () => {
  test("default: what was made is taken as it is", () => {
    const doc = copy();
    expect(parseGenesisDoc(doc)).toBe(doc);
  });

  test("behavior: the SDK's shape says the same", () => {
    const { consensus_params, validators, app_hash: _hash, initial_height: _height, ...rest } = copy();
    const sdk = {
      app_name: "shop",
      app_version: "1",
      ...rest,
      initial_height: 1,
      app_hash: null,
      consensus: { params: consensus_params, validators },
    };
    expect(parseGenesisDoc(sdk)).toEqual(made);
  });

  test("behavior: parameters that older documents do not have get their defaults", () => {
    const { version: _version, abci: _abci, ...older } = made.consensus_params;
    expect(parseGenesisDoc({ ...copy(), consensus_params: older })).toEqual(made);
  });

  test.each([
    [[], "expected an object"],
    [{ ...copy(), chain_id: "" }, "chain_id: expected 1 to 50 characters"],
    [{ ...copy(), chain_id: "a".repeat(51) }, "chain_id: expected 1 to 50 characters"],
    [{ ...copy(), genesis_time: "yesterday" }, "invalid RFC 3339 time"],
    [{ ...copy(), initial_height: "-1" }, "initial_height: expected a height"],
    [{ ...copy(), initial_height: 1 }, "initial_height: expected text"],
    [{ ...copy(), consensus_params: [] }, "consensus_params: expected an object"],
    [params({ block: { max_bytes: "x", max_gas: "-1" } }), "block.max_bytes: expected -1 to 104857600, got x"],
    [params({ block: { max_bytes: "104857601", max_gas: "-1" } }), "block.max_bytes: expected -1 to 104857600"],
    [params({ block: { max_bytes: "0", max_gas: "-1" } }), "block.max_bytes: blocks of 0 bytes"],
    [params({ block: { max_bytes: "1", max_gas: "-2" } }), "block.max_gas: expected -1 to"],
    [params({ block: { max_bytes: "1" } }), "max_gas: expected text"],
    [params({ evidence: undefined }), "evidence: expected an object"],
    [params({ validator: { pub_key_types: [] } }), "validator.pub_key_types: expected a list with ed25519"],
    [params({ abci: { vote_extensions_enable_height: 0 } }), "vote_extensions_enable_height: expected text"],
    [{ ...copy(), validators: [] }, "validators: expected"],
    [{ ...copy(), validators: [null] }, "validators[0]: expected an object"],
    [validator({ power: "0" }), "validators[0].power: expected a number above 0"],
    [validator({ pub_key: { type: "tendermint/PubKeySecp256k1", value: "" } }), "validators[0].pub_key: expected"],
    [validator({ pub_key: { type: "tendermint/PubKeyEd25519", value: "AA==" } }), "expected 32 bytes, got 1"],
    [validator({ pub_key: { type: "tendermint/PubKeyEd25519", value: "A" } }), "validators[0].pub_key: invalid base64"],
    [validator({ address: "00" }), `validators[0].address: expected ${made.validators[0]?.address}`],
    [{ ...copy(), app_state: null }, "app_state: expected an object"],
    [{ ...copy(), app_hash: null }, "app_hash: expected text"],
  ])("error: %#: %s", (doc, message) => {
    expect(() => parseGenesisDoc(doc)).toThrow(message);
  });
});

test("addGenesisAccount: numbers follow, an account comes once", () => {
  const coins = [{ denom: "uusdc", amount: 5n }];
  const one = addGenesisAccount(made, { address: "stateset1a", coins });
  const two = addGenesisAccount(one, { address: "stateset1b", coins: [] });
  expect(two.app_state).toMatchObject({
    auth: { accounts: [{ account_number: "0" }, { account_number: "1" }] },
    // The pool of what the validator has put at stake is there already.
    bank: { balances: [{}, { address: "stateset1a", coins: [{ denom: "uusdc", amount: "5" }] }] },
  });
  expect(() => addGenesisAccount(two, { address: "stateset1b", coins })).toThrow("is in the genesis already");
});
