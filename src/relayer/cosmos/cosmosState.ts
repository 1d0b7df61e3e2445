// What the relayer asks a Cosmos chain with CCTP: whether a nonce is used, whom it believes, what it charges, who delivered.

import {
  QueryAllAttestersRequest,
  QueryAllAttestersResponse,
  QueryGetSignatureThresholdRequest,
  QueryGetSignatureThresholdResponse,
  QueryGetUsedNonceRequest,
  QueryGetUsedNonceResponse,
  QueryLocalDomainRequest,
  QueryLocalDomainResponse,
} from "../../../gen/circle/cctp/v1/query.ts";
import {
  QueryAttestersRequest,
  QueryAttestersResponse,
  QuerySettingsRequest,
  QuerySettingsResponse,
  QueryUsedNonceRequest,
  QueryUsedNonceResponse,
} from "../../../gen/circle/cctp/v2/query.ts";
import { QueryBalanceRequest, QueryBalanceResponse } from "../../../gen/cosmos/bank/v1beta1/query.ts";
import { SimulateRequest, SimulateResponse } from "../../../gen/cosmos/tx/v1beta1/service.ts";
import type { Params as PriceList } from "../../../gen/stateset/fees/v1/fees.ts";
import { QueryParamsRequest, QueryParamsResponse } from "../../../gen/stateset/fees/v1/query.ts";
import type { AttestationRule } from "../../cctp/attestation.ts";
import { fromHex, toBase64, toHex } from "../../codec/bytes.ts";
import type { FoundDelivery } from "../deliver/destination.ts";
import type { MessageRecord } from "../journal/record.ts";
import type { Simulation } from "./batch.ts";
import { type CosmosRpc, isNotFound, QueryRefusedError } from "./cosmosRpc.ts";
import { failuresOf } from "./independent.ts";

/** Attesters that are read; a chain has a handful. */
const ATTESTERS_MAX = 256n;
const PAGE = { limit: ATTESTERS_MAX };
/** Deliveries of one V1 nonce, from all domains, that are looked through. */
const FOUND_MAX = 30;
const ADDRESS_BYTES = 20;

/** One chain's state. Every method rejects with DestinationError when no endpoint answers. */
export class CosmosState {
  readonly #rpc: CosmosRpc;

  constructor(rpc: CosmosRpc) {
    this.#rpc = rpc;
  }

  async localDomain(): Promise<number> {
    const request = { codec: QueryLocalDomainRequest, value: {} };
    return (await this.#rpc.query("/circle.cctp.v1.Query/LocalDomain", request, QueryLocalDomainResponse)).domainId;
  }

  /** Whether a message of this nonce was delivered. False while a V2 message has no nonce. */
  async isUsed({ cctpVersion, sourceDomain, nonce }: MessageRecord): Promise<boolean> {
    if (nonce === undefined) return false;
    if (cctpVersion === 2) {
      const request = { codec: QueryUsedNonceRequest, value: { nonce } };
      return (await this.#rpc.query("/circle.cctp.v2.Query/UsedNonce", request, QueryUsedNonceResponse)).used;
    }
    const request = { codec: QueryGetUsedNonceRequest, value: { sourceDomain, nonce: BigInt(nonce) } };
    try {
      await this.#rpc.query("/circle.cctp.v1.Query/UsedNonce", request, QueryGetUsedNonceResponse);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  attestationRule(cctpVersion: 1 | 2): Promise<AttestationRule> {
    return cctpVersion === 1 ? this.#ruleV1() : this.#ruleV2();
  }

  async #ruleV1(): Promise<AttestationRule> {
    const { attesters } = await this.#rpc.query(
      "/circle.cctp.v1.Query/Attesters",
      { codec: QueryAllAttestersRequest, value: QueryAllAttestersRequest.fromPartial({ pagination: PAGE }) },
      QueryAllAttestersResponse,
    );
    const { amount } = await this.#rpc.query(
      "/circle.cctp.v1.Query/SignatureThreshold",
      { codec: QueryGetSignatureThresholdRequest, value: {} },
      QueryGetSignatureThresholdResponse,
    );
    const known = attesters.map(({ attester }) => fromHex(attester.replace(/^0x/i, "")));
    // Noble lists public keys and takes what its rule takes; a chain that lists addresses uses the contracts' rule.
    const strictEvm = known.some(({ length }) => length === ADDRESS_BYTES);
    return { attesters: known, threshold: amount?.amount ?? 0, strictEvm };
  }

  async #ruleV2(): Promise<AttestationRule> {
    const { attesters } = await this.#rpc.query(
      "/circle.cctp.v2.Query/Attesters",
      { codec: QueryAttestersRequest, value: QueryAttestersRequest.fromPartial({ pagination: PAGE }) },
      QueryAttestersResponse,
    );
    const { settings } = await this.#rpc.query(
      "/circle.cctp.v2.Query/Settings",
      { codec: QuerySettingsRequest, value: {} },
      QuerySettingsResponse,
    );
    const known = attesters.map((attester) => fromHex(attester.replace(/^0x/i, "")));
    return { attesters: known, threshold: settings?.signatureThreshold ?? 0, strictEvm: true };
  }

  async balance(address: string, denom: string): Promise<bigint> {
    const request = { codec: QueryBalanceRequest, value: QueryBalanceRequest.fromPartial({ address, denom }) };
    const { balance } = await this.#rpc.query("/cosmos.bank.v1beta1.Query/Balance", request, QueryBalanceResponse);
    return BigInt(balance?.amount ?? "0");
  }

  /** What a transaction would do. Rejects with QueryRefusedError, whose text tells why, when it would fail. */
  async simulate(txBytes: Uint8Array): Promise<Simulation> {
    const request = { codec: SimulateRequest, value: SimulateRequest.fromPartial({ txBytes }) };
    const { gasInfo, result } = await this.#rpc.query("/cosmos.tx.v1beta1.Service/Simulate", request, SimulateResponse);
    return { gas: gasInfo?.gasUsed ?? 0n, failures: failuresOf(result?.msgResponses ?? []) };
  }

  /** The price list of a chain that has one (x/fees); undefined on others, where gas alone is paid. */
  async priceList(): Promise<PriceList | undefined> {
    const request = { codec: QueryParamsRequest, value: {} };
    try {
      return (await this.#rpc.query("/stateset.fees.v1.Query/Params", request, QueryParamsResponse)).params;
    } catch (error) {
      if (error instanceof QueryRefusedError) return undefined;
      throw error;
    }
  }

  /** The transaction that delivered a message; undefined when it is not found. */
  async findDelivery({ cctpVersion, sourceDomain, nonce }: MessageRecord): Promise<FoundDelivery | undefined> {
    if (nonce === undefined) return undefined;
    const type = `circle.cctp.v${cctpVersion}.MessageReceived`;
    const text = cctpVersion === 1 ? nonce : toBase64(fromHex(nonce.slice(2)));
    const query = `${type}.nonce='"${text}"'`;
    const { txs } = await this.#rpc.call((rpc) => rpc.txSearch({ query, per_page: FOUND_MAX }));
    // V1 nonces are counted for each source domain: the same number may have come from others.
    const found = txs.find(({ result }) =>
      // V1 nonces are counted for each source domain: the same number may have come from others.
      result.events.some(
        (event) =>
          event.type === type &&
          event.attributes.some(({ key, value }) => key === "nonce" && value === `"${text}"`) &&
          event.attributes.some(({ key, value }) => key === "source_domain" && value === String(sourceDomain)),
      ),
    );
    return found === undefined ? undefined : { txHash: toHex(found.hash).toUpperCase(), height: BigInt(found.height) };
  }
}
