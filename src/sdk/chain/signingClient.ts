// CosmJS's signing client with the messages of this chain.

import type { OfflineSigner } from "@cosmjs/proto-signing";
import {
  GasPrice,
  type HttpEndpoint,
  SigningStargateClient,
  type SigningStargateClientOptions,
} from "@cosmjs/stargate";
import { type CometClient, connectComet } from "@cosmjs/tendermint-rpc";
import { stateSetAminoTypes } from "./aminoTypes.ts";
import { stateSetRegistry } from "./registry.ts";

/** What one unit of gas costs where nothing else is said. */
export const DEFAULT_GAS_PRICE = "0.025uusdc";

function withDefaults(options: SigningStargateClientOptions): SigningStargateClientOptions {
  return {
    registry: stateSetRegistry(),
    aminoTypes: stateSetAminoTypes(),
    gasPrice: GasPrice.fromString(DEFAULT_GAS_PRICE),
    ...options,
  };
}

/** A SigningStargateClient that knows the messages of this chain, and what its gas costs. Options are CosmJS's. */
export class SigningStateSetClient extends SigningStargateClient {
  /** Connects to a node's RPC, `http://127.0.0.1:26657`. */
  static override async connectWithSigner(
    endpoint: string | HttpEndpoint,
    signer: OfflineSigner,
    options: SigningStargateClientOptions = {},
  ): Promise<SigningStateSetClient> {
    return SigningStateSetClient.createWithSigner(await connectComet(endpoint), signer, options);
  }

  /** A client over a connection that is there already. */
  static override createWithSigner(
    comet: CometClient,
    signer: OfflineSigner,
    options: SigningStargateClientOptions = {},
  ): SigningStateSetClient {
    return new SigningStateSetClient(comet, signer, withDefaults(options));
  }
}
