// x/cctp: USDC between chains, by both versions of Circle's protocol. V1 is here, V2 in v2/.

import type { Authority } from "../../src/baseapp/authority.ts";
import type { AppModule } from "../../src/baseapp/module.ts";
import type { CctpBank, Issuer, MintReceiver } from "./expected.ts";
import { cctpGenesis } from "./genesis.ts";
import { cctpInvariants } from "./invariants.ts";
import { CctpKeeper } from "./keeper.ts";
import { CCTP } from "./keys.ts";
import { attesterMsgs } from "./msgs/attesters.ts";
import { burnMsgs } from "./msgs/burns.ts";
import { messageMsgs } from "./msgs/messages.ts";
import { ownerMsgs } from "./msgs/owner.ts";
import { pausingMsgs } from "./msgs/pausing.ts";
import { tokenMsgs } from "./msgs/tokens.ts";
import { paramsMsg, paramsQuery } from "./params.ts";
import { cctpQueries } from "./queries.ts";
import { MintReceivers } from "./receivers.ts";
import { CctpReceiver } from "./receiving.ts";
import { CctpSender } from "./sending.ts";
import { type CctpV2, createCctpV2 } from "./v2/v2.ts";

/** What the module is made of. */
export interface CctpParts {
  readonly bank: CctpBank;
  readonly issuer: Issuer;
  /** In the order in which they are told of mints. */
  readonly receivers: readonly MintReceiver[];
  /** Who may change parameters. */
  readonly authority: Authority;
}

/** The module, with what other modules use of it. */
export interface Cctp {
  readonly keeper: CctpKeeper;
  /** Burns by V1 for other modules. */
  readonly sender: CctpSender;
  readonly v2: CctpV2;
  readonly module: AppModule;
}

/** Makes the module. */
export function createCctp({ bank, issuer, receivers: listed, authority }: CctpParts): Cctp {
  const keeper = new CctpKeeper();
  const receivers = new MintReceivers(listed);
  const sender = new CctpSender(keeper, { issuer, bank });
  const receiver = new CctpReceiver(keeper, { issuer, receivers });
  const v2 = createCctpV2({ shared: keeper, issuer, receivers, bank });
  const module: AppModule = {
    name: CCTP,
    storeNames: [CCTP],
    msgs: [
      ...burnMsgs(sender),
      ...messageMsgs(sender, receiver),
      ...ownerMsgs(keeper),
      ...attesterMsgs(keeper),
      ...pausingMsgs(keeper),
      ...tokenMsgs(keeper),
      paramsMsg(keeper, authority),
      ...v2.msgs,
    ],
    queries: [...cctpQueries(keeper), paramsQuery(keeper), ...v2.queries],
    genesis: cctpGenesis(keeper, v2.genesis),
    invariants: cctpInvariants({ keeper, v2: v2.keeper }, { bank, issuer }),
  };
  return { keeper, sender, v2, module };
}
