// `statesetd gateway`: the Orders API on the command line.

import { type Command, Option } from "commander";
import { addGatewayKeyFlags } from "./gatewayDatabase.ts";
import { addGatewayKeys } from "./gatewayKeys.ts";
import { addGatewayRewrap } from "./gatewayRewrap.ts";
import type { GatewayStartFlags } from "./runGateway.ts";

/** Adds `gateway start`, `gateway keys` and `gateway rewrap`. */
export function addGateway(program: Command): void {
  const gateway = program.command("gateway").description("the Orders API");
  const starting = gateway
    .command("start")
    .description("serve the Orders API over the node of --node")
    .addOption(new Option("--host <address>", "where to listen").default("127.0.0.1").env("STATESET_GATEWAY_HOST"))
    .addOption(new Option("--port <n>", "port of the API").default("8080").env("STATESET_GATEWAY_PORT"))
    .addOption(
      new Option("--metrics-port <n>", "port of /metrics; 0 is none")
        .default("8081")
        .env("STATESET_GATEWAY_METRICS_PORT"),
    )
    .addOption(new Option("--public-url <url>", "where the public reaches it").env("STATESET_GATEWAY_PUBLIC_URL"))
    .addOption(
      new Option("--test-payer <address>", "wallet that pays for test keys").env("STATESET_GATEWAY_TEST_PAYER"),
    )
    .addOption(
      new Option("--tables <file>", "taxes, exchange rates and screening lists, instead of those built in").env(
        "STATESET_GATEWAY_TABLES",
      ),
    )
    .addOption(new Option("--redis-url <url>", "where gateways share their rate limits").env("REDIS_URL"))
    .addOption(
      new Option(
        "--webhook-networks <cidrs>",
        "networks that are not public and that webhooks may go to, with commas",
      ).env("STATESET_GATEWAY_WEBHOOK_NETWORKS"),
    )
    .addOption(
      new Option("--cors-origins <list>", "origins of web pages that may ask with an API key, with commas").env(
        "STATESET_GATEWAY_CORS_ORIGINS",
      ),
    )
    .addOption(
      new Option("--webhook-attempt-days <n>", "how long tries to deliver webhooks are kept")
        .default("30")
        .env("STATESET_GATEWAY_WEBHOOK_ATTEMPT_DAYS"),
    )
    .option("--rebuild", "forget what was read of the chain, and read it again from block 1")
    .option("--follow-any-chain", "when the chain is another one than before, begin anew; else stop")
    .option("--log-level <level>", "silent, error, warn, info or debug", "info")
    .addHelpText(
      "after",
      "\nExample:\n  statesetd gateway start --database-url postgres://… --public-url https://api.example.com",
    );
  addGatewayKeyFlags(starting);
  // The server takes long to load, which other commands need not pay.
  starting.action(async (flags: GatewayStartFlags, self: Command) =>
    (await import("./runGateway.ts")).runGateway(flags, self),
  );
  addGatewayKeys(gateway);
  addGatewayRewrap(gateway);
}
