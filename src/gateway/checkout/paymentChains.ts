// From which EVM chains an order can be paid: those the operator names and our chain knows, with the contracts that our
// chain expects the burns of. Money that is burned anywhere else would never arrive.

import {
  QueryAllTokenPairsRequest,
  QueryAllTokenPairsResponse,
  QueryLocalDomainRequest,
  QueryLocalDomainResponse,
  QueryRemoteTokenMessengersRequest as RequestV1,
  QueryRemoteTokenMessengersResponse as ResponseV1,
} from "../../../gen/circle/cctp/v1/query.ts";
import {
  QueryRemoteTokenMessengersRequest as RequestV2,
  QueryRemoteTokenMessengersResponse as ResponseV2,
} from "../../../gen/circle/cctp/v2/query.ts";
import { toHex } from "../../codec/bytes.ts";
import type { ChainReader } from "../parts.ts";
import type { EvmAddress, PaymentChain } from "./paymentChain.ts";

/** One way to pay: a chain and a version of CCTP. */
export interface PaymentRoute {
  readonly chain: PaymentChain;
  readonly version: 1 | 2;
  readonly tokenMessenger: EvmAddress;
  /** Our chain's number in CCTP. */
  readonly localDomain: number;
}

const PAGE = { key: new Uint8Array(0), offset: 0n, limit: 200n, countTotal: false, reverse: false };

/** How many burns our chain knows by domain: `6/` and 32 bytes of hex. */
type Known = ReadonlySet<string>;

function keyOf(domain: number, address: Uint8Array | string): string {
  const hex = typeof address === "string" ? address.slice(2).toLowerCase().padStart(64, "0") : toHex(address);
  return `${domain}/${hex}`;
}

/** Asks our chain which messengers and tokens it knows, and leaves out what it does not. */
export async function findRoutes(
  chain: ChainReader,
  offered: readonly PaymentChain[],
): Promise<readonly PaymentRoute[]> {
  if (offered.length === 0) return [];
  const [local, pairs, first, second] = await Promise.all([
    chain.query("/circle.cctp.v1.Query/LocalDomain", QueryLocalDomainRequest.encode({}).finish()),
    chain.query("/circle.cctp.v1.Query/TokenPairs", QueryAllTokenPairsRequest.encode({ pagination: PAGE }).finish()),
    chain.query("/circle.cctp.v1.Query/RemoteTokenMessengers", RequestV1.encode({ pagination: PAGE }).finish()),
    chain.query("/circle.cctp.v2.Query/RemoteTokenMessengers", RequestV2.encode({ pagination: PAGE }).finish()),
  ]);
  const { domainId } = QueryLocalDomainResponse.decode(local);
  const tokens: Known = new Set(
    QueryAllTokenPairsResponse.decode(pairs).tokenPairs.map((pair) => keyOf(pair.remoteDomain, pair.remoteToken)),
  );
  const messengers: Readonly<Record<1 | 2, Known>> = {
    1: new Set(ResponseV1.decode(first).remoteTokenMessengers.map((one) => keyOf(one.domainId, one.address))),
    2: new Set(ResponseV2.decode(second).remoteTokenMessengers.map((one) => keyOf(one.domainId, one.address))),
  };
  return offered
    .filter(({ domain, usdc }) => tokens.has(keyOf(domain, usdc)))
    .flatMap((one) =>
      ([1, 2] as const).flatMap((version) => {
        const tokenMessenger = (version === 1 ? one.v1 : one.v2)?.tokenMessenger;
        if (tokenMessenger === undefined || !messengers[version].has(keyOf(one.domain, tokenMessenger))) return [];
        return [{ chain: one, version, tokenMessenger, localDomain: domainId }];
      }),
    );
}

const KEPT_MS = 60_000;

/** The routes, asked for at most once a minute; what was known last while the chain does not answer. */
export function routesOf(chain: ChainReader, offered: readonly PaymentChain[], nowMs: () => number) {
  let known: readonly PaymentRoute[] = [];
  let until = 0;
  let asking: Promise<readonly PaymentRoute[]> | undefined;
  return async (): Promise<readonly PaymentRoute[]> => {
    if (nowMs() < until) return known;
    asking ??= findRoutes(chain, offered)
      .then((routes) => {
        known = routes;
        until = nowMs() + KEPT_MS;
        return routes;
      })
      .catch(() => known)
      .finally(() => {
        asking = undefined;
      });
    return asking;
  };
}

/** A chain's name for people: `base-sepolia` is Base Sepolia. */
export function displayName({ name }: PaymentChain): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => `${dash && " "}${letter.toUpperCase()}`);
}
