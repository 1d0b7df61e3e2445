// Finds who delivered a message on an EVM chain: the MessageReceived of its nonce in the newest blocks.

import type { FoundDelivery } from "../deliver/destination.ts";
import type { Hex, MessageRecord } from "../journal/record.ts";
import type { EvmClient } from "./evmClient.ts";
import { MESSAGE_RECEIVED_ABI } from "./receiveMessage.ts";

/** Ranges of `logRangeMax` blocks that are looked through, the newest first. */
const RANGES_MAX = 5n;

/** The delivery of a message; undefined when it is not in the newest blocks. */
export async function findEvmDelivery(
  client: EvmClient,
  {
    record,
    address,
    logRangeMax,
  }: { readonly record: MessageRecord; readonly address: Hex; readonly logRangeMax: number },
): Promise<FoundDelivery | undefined> {
  const latest = await client.getBlockNumber();
  const size = BigInt(logRangeMax);
  for (let range = 0n; range < RANGES_MAX; range++) {
    const toBlock = latest - range * size;
    if (toBlock < 0n) return undefined;
    const fromBlock = toBlock - size + 1n;
    const blocks = { fromBlock: fromBlock < 0n ? 0n : fromBlock, toBlock };
    const found = await findInRange(client, { record, address, blocks });
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findInRange(
  client: EvmClient,
  given: {
    readonly record: MessageRecord;
    readonly address: Hex;
    readonly blocks: { readonly fromBlock: bigint; readonly toBlock: bigint };
  },
): Promise<FoundDelivery | undefined> {
  const { record, address, blocks } = given;
  if (record.nonce === undefined) return undefined;
  const logs =
    record.cctpVersion === 1
      ? await client.getContractEvents({
          abi: MESSAGE_RECEIVED_ABI[1],
          address,
          args: { nonce: BigInt(record.nonce) },
          ...blocks,
        })
      : // V2: the journal keeps nonces as 32 bytes of hex.
        await client.getContractEvents({
          abi: MESSAGE_RECEIVED_ABI[2],
          address,
          args: { nonce: record.nonce as Hex },
          ...blocks,
        });
  const log = logs.find(({ args }) => args.sourceDomain === record.sourceDomain);
  return log === undefined ? undefined : { txHash: log.transactionHash, height: log.blockNumber };
}
