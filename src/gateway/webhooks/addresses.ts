// Where webhooks may go: public addresses, and what the operator allows. A name is resolved once, what it stands for is
// checked, and the connection goes to that address, so that a name which changes in between leads nowhere else.

import { lookup as dnsLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** Public by its range, and yet the host's own service on a cloud. */
const METADATA_ADDRESSES: ReadonlySet<string> = new Set(["168.63.129.16"]);

/** An address that no webhook may go to. */
export class ForbiddenAddressError extends Error {
  readonly code = "forbidden_address";

  constructor() {
    super("the address is not public");
    this.name = "ForbiddenAddressError";
  }
}

/** Which addresses are allowed though they are not public, as CIDR: `127.0.0.0/8`. */
export class AddressRules {
  readonly #allowed: readonly [ipaddr.IPv4 | ipaddr.IPv6, number][];

  constructor(allowed: readonly string[]) {
    this.#allowed = allowed.map((network) => ipaddr.parseCIDR(network));
  }

  /** Whether a webhook may go to an address; IPv4 in IPv6 is judged as the IPv4 that it is. */
  allows(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    const isAllowed = this.#allowed.some(
      ([network, bits]) => network.kind() === address.kind() && address.match(network, bits),
    );
    return isAllowed || (address.range() === "unicast" && !METADATA_ADDRESSES.has(address.toString()));
  }
}

/** Resolves a name as `dns.lookup` does. A parameter for tests. */
export type Resolve = (hostname: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export const resolveByDns: Resolve = (hostname) =>
  new Promise((resolve, reject) => {
    dnsLookup(hostname, { all: true }, (error, addresses) => (error === null ? resolve(addresses) : reject(error)));
  });

/** The host of a URL when it is an address and no name. */
export function literalAddress(hostname: string): string | undefined {
  const bare = hostname.replace(/^\[|\]$/g, "");
  return ipaddr.isValid(bare) ? bare : undefined;
}

/** For a socket: every address of the name must be allowed. Fails with ForbiddenAddressError. */
export function checkedLookup(rules: AddressRules, resolve: Resolve): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        const isAllowed = first !== undefined && addresses.every(({ address }) => rules.allows(address));
        if (!isAllowed) return callback(new ForbiddenAddressError(), "", 0);
        if (all === true) return callback(null, [...addresses]);
        return callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}
