// The devnet's controls: methods that CometBFT does not have, as Anvil has them. They exist only where the server is
// told to offer them and the node has controls.

import { messageOf } from "../../../codec/errorText.ts";
import { parseUint } from "../../../codec/integer.ts";
import type { DevnetAdmin } from "../../../consensus/chainNode.ts";
import type { Json } from "../json.ts";
import type { Environment, MethodTable } from "../method.ts";
import type { Params } from "../params.ts";
import { invalidParams, refused } from "../rpcError.ts";

/** Blocks that one call makes. */
const BLOCKS_MAX = 1_000n;
/** Bits of an amount. */
const AMOUNT_BITS = 256;

function adminOf({ node }: Environment): DevnetAdmin {
  if (node.admin === undefined) throw refused("this node has no devnet controls");
  return node.admin;
}

function requireInt(params: Params, name: string): bigint {
  const value = params.int(name);
  if (value === undefined) throw invalidParams(`${name}: expected an integer, got nothing`);
  return value;
}

function requireText(params: Params, name: string): string {
  const text = params.text(name);
  if (text === "") throw invalidParams(`${name}: expected a text, got nothing`);
  return text;
}

async function mine(env: Environment, params: Params): Promise<Json> {
  const count = params.int("blocks") ?? 1n;
  if (count < 1n || count > BLOCKS_MAX) throw invalidParams(`blocks: expected 1 to ${BLOCKS_MAX}, got ${count}`);
  let height = env.node.latestHeight;
  for (let made = 0n; made < count; made += 1n) height = await adminOf(env).mine();
  return { height: String(height) };
}

function setNextBlockTime(env: Environment, params: Params): Json {
  return moveClock(env, (admin) => admin.setNextBlockTime(requireInt(params, "time_ns")));
}

function advanceTime(env: Environment, params: Params): Json {
  return moveClock(env, (admin) => admin.advanceTime(requireInt(params, "delta_ns")));
}

/** Times that the clock cannot go to are the caller's mistake. */
function moveClock(env: Environment, move: (admin: DevnetAdmin) => void): Json {
  const admin = adminOf(env);
  try {
    move(admin);
    return {};
  } catch (error) {
    throw error instanceof RangeError ? refused(error.message) : error;
  }
}

async function snapshot(env: Environment): Promise<Json> {
  return { id: await adminOf(env).snapshot() };
}

async function revert(env: Environment, params: Params): Promise<Json> {
  await adminOf(env).revert(requireText(params, "id"));
  return { height: String(env.node.latestHeight) };
}

async function setBalance(env: Environment, params: Params): Promise<Json> {
  const [address, denom] = [requireText(params, "address"), requireText(params, "denom")];
  await adminOf(env).setBalance(address, denom, amountOf(params));
  return {};
}

function amountOf(params: Params): bigint {
  try {
    return parseUint(params.text("amount"), AMOUNT_BITS);
  } catch (error) {
    throw invalidParams(`amount: ${messageOf(error)}`);
  }
}

export const ADMIN_METHODS: MethodTable = {
  devnet_advanceTime: { params: { delta_ns: "int64" }, handle: advanceTime },
  devnet_mine: { params: { blocks: "int64" }, handle: mine },
  devnet_revert: { params: { id: "string" }, handle: revert },
  devnet_setBalance: { params: { address: "string", denom: "string", amount: "string" }, handle: setBalance },
  devnet_setNextBlockTime: { params: { time_ns: "int64" }, handle: setNextBlockTime },
  devnet_snapshot: { params: {}, handle: snapshot },
};
