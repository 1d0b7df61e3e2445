// `statesetd debug`: looks into bytes.

import type { Command } from "commander";
import { decodeBech32, encodeAddress } from "../../codec/address.ts";
import { fromBase64, fromHex, toHex } from "../../codec/bytes.ts";
import { decodeTx } from "../../codec/decodeTx.ts";
import type { TypeRegistry } from "../../codec/registry.ts";
import { orCliError } from "../cliError.ts";
import { globalOptions, print } from "../output.ts";
import { txJson } from "../tx/txFile.ts";

/** Adds `debug addr` and `debug tx`. */
export function addDebug(program: Command, registry: TypeRegistry): void {
  const debug = program.command("debug").description("look into bytes");
  debug
    .command("addr <address>")
    .description("an address as bech32 and as hex, from either")
    .addHelpText("after", "\nExample:\n  statesetd debug addr stateset1...")
    .action((address: string, _flags: unknown, self: Command) => {
      const isHex = /^[0-9a-fA-F]+$/.test(address);
      const bytes = orCliError("usage", () => (isHex ? fromHex(address.toLowerCase()) : decodeBech32(address).bytes));
      print(globalOptions(self), { bech32: encodeAddress(bytes), hex: toHex(bytes).toUpperCase() });
    });
  debug
    .command("tx <base64>")
    .description("an encoded transaction: whether it is well-formed, who must sign, and what it says")
    .addHelpText("after", "\nExample:\n  statesetd debug tx CpIBCo8BCh...")
    .action((text: string, _flags: unknown, self: Command) => {
      const bytes = orCliError("usage", () => fromBase64(text.trim()));
      const tx = orCliError("failed", () => decodeTx(registry, bytes));
      print(globalOptions(self), {
        hash: toHex(tx.hash).toUpperCase(),
        signers: tx.signers.map(encodeAddress),
        fee_payer: encodeAddress(tx.feePayer),
        tx: txJson(registry, bytes),
      });
    });
}
