// The routes of a configuration, over chains that are open: which messages are carried, and what they are called by.

import { cctpModuleBytes32 } from "../cctp/addresses.ts";
import { addressToBytes32 } from "../cctp/bytes32.ts";
import type { ChainConfig } from "../chains/chainConfig.ts";
import { fromHex } from "../codec/bytes.ts";
import type { RelayerConfig } from "./config/relayerConfig.ts";
import type { Destination } from "./deliver/destination.ts";
import type { MessageRecord } from "./journal/record.ts";
import type { MessageFacts } from "./messageFacts.ts";
import { judgeMessage, type Route, type RouteVerdict, routeOf } from "./routes.ts";

/** Who burns on a chain, 32 bytes; undefined where it has no contracts of that version. */
function burnSender(chain: ChainConfig, cctpVersion: 1 | 2): Uint8Array | undefined {
  if (chain.kind === "cosmos") return cctpVersion === 1 || chain.hasV2 ? cctpModuleBytes32() : undefined;
  const contracts = cctpVersion === 1 ? chain.v1 : chain.v2;
  return contracts === undefined ? undefined : addressToBytes32(fromHex(contracts.tokenMessenger.slice(2)));
}

/** Judges messages by the routes. */
export class Routing {
  readonly #chains: ReadonlyMap<number, ChainConfig>;
  readonly #destinations: ReadonlyMap<number, Destination>;
  readonly routes: readonly Route[];

  constructor(config: Pick<RelayerConfig, "chains" | "routes">, destinations: ReadonlyMap<number, Destination>) {
    this.#chains = new Map(config.chains.map((chain) => [chain.domain, chain]));
    this.#destinations = destinations;
    const domainOf = new Map(config.chains.map(({ name, domain }) => [name, domain]));
    this.routes = config.routes.flatMap(({ from, to, ...rest }) => {
      const [sourceDomain, destinationDomain] = [domainOf.get(from), domainOf.get(to)];
      if (sourceDomain === undefined || destinationDomain === undefined) return [];
      return [{ ...rest, sourceDomain, destinationDomain }];
    });
  }

  /** What becomes of a message; undefined when no route takes it. */
  judge(facts: MessageFacts): RouteVerdict | undefined {
    const route = routeOf(this.routes, facts);
    const chain = this.#chains.get(facts.sourceDomain);
    const destination = this.#destinations.get(facts.destinationDomain);
    if (route === undefined || chain === undefined || destination === undefined) return undefined;
    return judgeMessage(facts, route.filter, {
      burnSender: burnSender(chain, facts.cctpVersion),
      burnRecipient: destination.burnRecipient(facts.cctpVersion),
      mayDeliver: destination.mayDeliver(facts),
    });
  }

  /** Name of the attestation service of a message. */
  serviceOf(record: MessageRecord): string | undefined {
    return routeOf(this.routes, record)?.attestation;
  }

  /** Name of a chain; its number for one that is not configured. */
  nameOf(domain: number): string {
    return this.#chains.get(domain)?.name ?? String(domain);
  }

  /** `ethereum-noble` */
  routeName({ sourceDomain, destinationDomain }: Pick<MessageRecord, "sourceDomain" | "destinationDomain">): string {
    return `${this.nameOf(sourceDomain)}-${this.nameOf(destinationDomain)}`;
  }
}
