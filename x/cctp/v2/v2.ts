// CCTP V2, put together: what x/cctp adds to its module.

import type { GenesisState } from "../../../gen/circle/cctp/v2/types.ts";
import type { ModuleGenesis, MsgHandler, QueryHandler } from "../../../src/baseapp/module.ts";
import type { CctpV2Parts } from "./expected.ts";
import { cctpV2Genesis } from "./genesis.ts";
import { CctpV2Keeper } from "./keeper.ts";
import { attesterMsgs } from "./msgs/attesters.ts";
import { depositForBurnMsgs } from "./msgs/depositForBurn.ts";
import { depositorMsgs } from "./msgs/depositors.ts";
import { messageMsgs } from "./msgs/messages.ts";
import { ownerMsgs } from "./msgs/owner.ts";
import { cctpV2Queries } from "./queries.ts";
import { CctpV2Receiver } from "./receiving.ts";
import { CctpV2Sender } from "./sending.ts";

/** V2's part of the module. */
export interface CctpV2 {
  readonly keeper: CctpV2Keeper;
  /** Burns for other modules. */
  readonly sender: CctpV2Sender;
  readonly msgs: readonly MsgHandler[];
  readonly queries: readonly QueryHandler[];
  readonly genesis: ModuleGenesis<GenesisState>;
}

/** Makes V2's part from what it needs of the others. */
export function createCctpV2(parts: CctpV2Parts): CctpV2 {
  const keeper = new CctpV2Keeper();
  const sender = new CctpV2Sender(keeper, parts);
  const receiver = new CctpV2Receiver(keeper, parts);
  const { shared } = parts;
  return {
    keeper,
    sender,
    msgs: [
      ...depositForBurnMsgs(sender),
      ...messageMsgs(sender, receiver),
      ...ownerMsgs(keeper, shared),
      ...attesterMsgs(keeper, shared),
      ...depositorMsgs(keeper),
    ],
    queries: cctpV2Queries(keeper),
    genesis: cctpV2Genesis(keeper),
  };
}
