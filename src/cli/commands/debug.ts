// `statesetd debug`: looks into bytes.

import type { Command } from "commander";
import { decodeBech32, encodeAddress } from "../../codec/address.ts";
import { fromHex, toHex } from "../../codec/bytes.ts";
import { decodeTx } from "../../codec/decodeTx.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { CliError } from "../cliError.ts";
import { globalOptions, type Json, print } from "../output.ts";
import { txToJson } from "./tx.ts";

/** Adds `debug addr` and `debug tx`. */
export function addDebug(program: Command, registry: TypeRegistry): void {
  const debug = program.command("debug").description("look into bytes");
  debug
    .command("addr <address>")
    .description("an address as bech32 and as hex, from either")
    .addHelpText("after", "\nExample:\n  statesetd debug addr stateset1...")
    .action((address: string, _flags: unknown, self: Command) => {
      try {
        const bytes = /^[0-9a-fA-F]+$/.test(address) ? fromHex(address.toLowerCase()) : decodeBech32(address).bytes;
        print(globalOptions(self), { bech32: encodeAddress(bytes), hex: toHex(bytes).toUpperCase() });
      } catch (cause) {
        throw new CliError("usage", cause instanceof Error ? cause.message : String(cause), { cause });
      }
    });
  debug
    .command("tx <base64>")
    .description("an encoded transaction: whether it is well-formed, who must sign, and what it says")
    .addHelpText("after", "\nExample:\n  statesetd debug tx CpIBCo8BCh...")
    .action((text: string, _flags: unknown, self: Command) => {
      const bytes = new Uint8Array(Buffer.from(text, "base64"));
      try {
        const tx = decodeTx(registry, bytes);
        print(globalOptions(self), {
          hash: toHex(tx.hash).toUpperCase(),
          signers: tx.signers.map(encodeAddress),
          fee_payer: encodeAddress(tx.feePayer),
          tx: txToJson(registry, bytes) as Json,
        });
      } catch (cause) {
        throw new CliError("failed", cause instanceof Error ? cause.message : String(cause), { cause });
      }
    });
}
