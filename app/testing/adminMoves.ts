// Random administration of CCTP and of the issuer: pauses, roles, attesters, links, limits, lists. Seldom away from where
// work is possible, often back.

import * as v1 from "../../gen/circle/cctp/v1/tx.ts";
import * as v2 from "../../gen/circle/cctp/v2/tx.ts";
import { MsgUpdateParams } from "../../gen/stateset/cctp/v1/tx.ts";
import * as issuer from "../../gen/stateset/issuer/v1/tx.ts";
import { encodeAddress } from "../../src/codec/address.ts";
import { toHex } from "../../src/codec/bytes.ts";
import type { MessageCodec } from "../../src/codec/message.ts";
import { moduleAddress } from "../../src/crypto/address.ts";
import type { CctpRole } from "./cctpRules.ts";
import { accountOfText, DOMAINS, EVERYBODY, PEOPLE } from "./crossChainWorld.ts";
import { ESCROW, type Refusal } from "./ledger.ts";
import { ATTESTER_KEYS, attesterTexts, LOCAL_DOMAIN, remoteUsdcOf, tokenMessengerOf } from "./linkedChain.ts";
import { type Scene, STRANGE_DOMAIN } from "./scene.ts";

/** A message, and who may send it. */
interface AdminMove {
  readonly codec: MessageCodec<never>;
  readonly message: object;
  /** Who may; empty is nobody. */
  readonly holder: string;
  /** What anybody else hears. */
  readonly unauthorised: string;
  /** Less is possible afterwards. */
  readonly isHarm: boolean;
  /** What its holder hears. */
  readonly refusal: Refusal;
  /** What it changes in the books. */
  readonly apply: () => void;
}

interface MoveParts {
  readonly holder: string;
  readonly unauthorised: string;
  readonly isHarm?: boolean;
  readonly refusal?: Refusal;
}

function move(codec: unknown, message: object, parts: MoveParts, apply: () => unknown): AdminMove {
  // Codecs of many types in one list.
  return { isHarm: false, refusal: undefined, ...parts, codec: codec as MessageCodec<never>, message, apply };
}

const V1 = "cctp 30";
const V2 = "cctp 200";
const ISSUER = "fiat-tokenfactory 2";
const ESCROW_ADDRESS = encodeAddress(moduleAddress(ESCROW));
const LINKABLE = [...DOMAINS, STRANGE_DOMAIN];
const ALLOWANCE = 10n ** 15n;

/** One of them, by who may, or sometimes by somebody else. */
export function adminMove(scene: Scene): void {
  const { random, world } = scene;
  const isHarm = random.below(10) === 0;
  const moves = random
    .pick(FAMILIES)(scene)
    .filter((candidate) => candidate.isHarm === isHarm);
  if (moves.length === 0) return;
  const { codec, message, holder: address, ...chosen } = random.pick(moves);
  const holder = EVERYBODY.find((person) => person.address === address);
  const signer = random.below(5) === 0 ? random.pick(EVERYBODY) : (holder ?? PEOPLE.operator);
  const refusal = signer === holder ? chosen.refusal : chosen.unauthorised;
  if (refusal === undefined) chosen.apply();
  // The field of the signer is `from`, but for the authority.
  world.plan(signer, codec, { ...message, from: signer.address, authority: signer.address } as never, { refusal });
}

type Family = (scene: Scene) => readonly AdminMove[];

const pauses: Family = ({ world: { cctp } }) => {
  const parts = { holder: cctp.roles.pauser, unauthorised: V1 };
  const burning = (codec: unknown, isHarm: boolean) =>
    move(codec, {}, { ...parts, isHarm }, () => {
      cctp.isBurnPaused = isHarm;
    });
  const sending = (codec: unknown, isHarm: boolean) =>
    move(codec, {}, { ...parts, isHarm }, () => {
      cctp.isMessagePaused = isHarm;
    });
  return [
    burning(v1.MsgPauseBurningAndMinting, true),
    burning(v1.MsgUnpauseBurningAndMinting, false),
    sending(v1.MsgPauseSendingAndReceivingMessages, true),
    sending(v1.MsgUnpauseSendingAndReceivingMessages, false),
  ];
};

const roles: Family = ({ random, world: { cctp } }) => {
  const { address } = random.pick([PEOPLE.operator, PEOPLE.operator, PEOPLE.deputy]);
  const first = { holder: cctp.roles.owner, unauthorised: V1 };
  const second = { holder: cctp.roles.owner, unauthorised: V2 };
  const give = (role: CctpRole) => () => {
    cctp.roles[role] = address;
  };
  return [
    move(v1.MsgUpdatePauser, { newPauser: address }, first, give("pauser")),
    move(v1.MsgUpdateAttesterManager, { newAttesterManager: address }, first, give("attesterManager")),
    move(v1.MsgUpdateTokenController, { newTokenController: address }, first, give("tokenController")),
    move(v1.MsgUpdateOwner, { newOwner: address }, first, () => {
      cctp.pendingOwner = address;
    }),
    move(v2.MsgUpdateDenylister, { newDenylister: address }, second, give("denylister")),
    move(v2.MsgUpdateMinFeeController, { newMinFeeController: address }, second, give("minFeeController")),
    move(v2.MsgUpdateFeeRecipient, { newFeeRecipient: address }, second, () => {
      cctp.feeRecipient = address;
    }),
  ];
};

/** Who was named as the owner accepts. */
const ownership: Family = ({ world: { cctp } }) => [
  move(v1.MsgAcceptOwner, {}, { holder: cctp.pendingOwner, unauthorised: V1 }, () => {
    cctp.roles.owner = cctp.pendingOwner;
    cctp.pendingOwner = "";
  }),
];

/** What differs between the versions in messages of the same meaning. */
const VERSIONS = [
  {
    version: 1,
    unauthorised: V1,
    ...{ enable: v1.MsgEnableAttester, disable: v1.MsgDisableAttester, threshold: v1.MsgUpdateSignatureThreshold },
    ...{ link: v1.MsgAddRemoteTokenMessenger, unlink: v1.MsgRemoveRemoteTokenMessenger },
    size: v1.MsgUpdateMaxMessageBodySize,
    ...{ attesterThere: "cctp 33", attesterAbsent: "cctp 37", tooFew: "cctp 37", badThreshold: "cctp 38" },
    ...{ linked: "cctp 51", unlinked: "cctp 53" },
  },
  {
    version: 2,
    unauthorised: V2,
    ...{ enable: v2.MsgEnableAttester, disable: v2.MsgDisableAttester, threshold: v2.MsgUpdateSignatureThreshold },
    ...{ link: v2.MsgAddRemoteTokenMessenger, unlink: v2.MsgRemoveRemoteTokenMessenger },
    size: v2.MsgUpdateMaxMessageBodySize,
    ...{ attesterThere: "cctp 240", attesterAbsent: "cctp 241", tooFew: "cctp 242", badThreshold: "cctp 244" },
    ...{ linked: "cctp 245", unlinked: "cctp 226" },
  },
] as const;

const attesters: Family = ({ random, world: { cctp } }) => {
  const index = random.below(ATTESTER_KEYS.length);
  const texts = attesterTexts(ATTESTER_KEYS[index]!);
  const amount = 1 + random.below(ATTESTER_KEYS.length);
  return VERSIONS.flatMap((version): AdminMove[] => {
    const state = version.version === 1 ? cctp.v1 : cctp.v2;
    const attester = version.version === 1 ? texts.v1 : texts.v2;
    const parts = { holder: cctp.roles.attesterManager, unauthorised: version.unauthorised };
    const { size } = state.attesters;
    const isKnown = state.attesters.has(index);
    // V2 looks at the number first, as the contract does; in V1 the code is one.
    const tooFew = size <= 1 || size <= state.threshold ? version.tooFew : undefined;
    const badThreshold = amount === state.threshold || amount > size ? version.badThreshold : undefined;
    return [
      move(version.enable, { attester }, { ...parts, refusal: isKnown ? version.attesterThere : undefined }, () =>
        state.attesters.add(index),
      ),
      move(
        version.disable,
        { attester },
        { ...parts, refusal: tooFew ?? (isKnown ? undefined : version.attesterAbsent) },
        () => state.attesters.delete(index),
      ),
      move(version.threshold, { amount }, { ...parts, refusal: badThreshold }, () => {
        state.threshold = amount;
      }),
    ];
  });
};

const links: Family = ({ random, world: { cctp } }) => {
  const domainId = random.pick(LINKABLE);
  const address = tokenMessengerOf(domainId);
  const remoteToken = remoteUsdcOf(domainId);
  const pair = `${domainId}/${toHex(remoteToken)}`;
  const tokens = { remoteDomain: domainId, remoteToken, localToken: "uusdc" };
  const parts = { holder: cctp.roles.tokenController, unauthorised: V1 };
  const isPaired = cctp.pairs.has(pair);
  const unpaired = isPaired ? undefined : "cctp 41";
  return [
    move(v1.MsgLinkTokenPair, tokens, { ...parts, refusal: isPaired ? "cctp 40" : undefined }, () =>
      cctp.pairs.set(pair, "uusdc"),
    ),
    move(v1.MsgUnlinkTokenPair, tokens, { ...parts, isHarm: true, refusal: unpaired }, () => cctp.pairs.delete(pair)),
    ...VERSIONS.flatMap((version): AdminMove[] => {
      const { messengers } = version.version === 1 ? cctp.v1 : cctp.v2;
      const owner = { holder: cctp.roles.owner, unauthorised: version.unauthorised };
      const isLinked = messengers.has(domainId);
      return [
        move(version.link, { domainId, address }, { ...owner, refusal: isLinked ? version.linked : undefined }, () =>
          messengers.set(domainId, toHex(address)),
        ),
        move(
          version.unlink,
          { domainId },
          { ...owner, isHarm: true, refusal: isLinked ? undefined : version.unlinked },
          () => messengers.delete(domainId),
        ),
      ];
    }),
  ];
};

const limits: Family = ({ random, world: { cctp } }) =>
  [false, true].flatMap((isHarm) => {
    const limit = isHarm ? random.pick([500_000n, 0n]) : 100_000_000n;
    const minFee = isHarm ? random.pick([1000n, 10_000_000n]) : 0n;
    const messageSize = isHarm ? random.pick([131n, 227n]) : 8000n;
    const refusal = minFee >= 10_000_000n ? "cctp 246" : undefined;
    const burns = { localToken: "uusdc", amount: limit.toString() };
    const { tokenController, minFeeController, owner } = cctp.roles;
    return [
      move(v1.MsgSetMaxBurnAmountPerMessage, burns, { holder: tokenController, unauthorised: V1, isHarm }, () => {
        cctp.burnLimit = limit;
      }),
      move(v2.MsgSetMinFee, { minFee }, { holder: minFeeController, unauthorised: V2, isHarm, refusal }, () => {
        cctp.minFee = minFee;
      }),
      ...VERSIONS.map(({ version, size, unauthorised }) =>
        move(size, { messageSize }, { holder: owner, unauthorised, isHarm }, () => {
          (version === 1 ? cctp.v1 : cctp.v2).bodyMax = messageSize;
        }),
      ),
    ];
  });

const lists: Family = ({ random, world: { cctp, ledger } }) => {
  const account = random.pick([PEOPLE.burner.address, PEOPLE.payer.address, ESCROW_ADDRESS]);
  const name = accountOfText(account);
  const denial = { holder: cctp.roles.denylister, unauthorised: V2 };
  const listing = { holder: PEOPLE.operator.address, unauthorised: ISSUER };
  const isListed = ledger.blacklist.has(name);
  const [twice, never] = isListed ? ["fiat-tokenfactory 20", undefined] : [undefined, "fiat-tokenfactory 21"];
  return [
    move(v2.MsgDenylist, { account }, { ...denial, isHarm: true }, () => cctp.denylist.add(name)),
    move(v2.MsgUndenylist, { account }, denial, () => cctp.denylist.delete(name)),
    move(issuer.MsgBlacklist, { address: account }, { ...listing, isHarm: true, refusal: twice }, () =>
      ledger.blacklist.add(name),
    ),
    move(issuer.MsgUnblacklist, { address: account }, { ...listing, refusal: never }, () =>
      ledger.blacklist.delete(name),
    ),
  ];
};

const minting: Family = ({ random, world: { cctp, ledger } }) => {
  const parts = { holder: PEOPLE.operator.address, unauthorised: ISSUER };
  const pause = (codec: unknown, isHarm: boolean) =>
    move(codec, {}, { ...parts, isHarm }, () => {
      ledger.isIssuerPaused = isHarm;
    });
  const configure = (allowance: bigint, isHarm: boolean) =>
    move(issuer.MsgConfigureMinter, { allowance: allowance.toString() }, { ...parts, isHarm }, () => {
      ledger.allowance = allowance;
    });
  const params = { localDomain: LOCAL_DOMAIN, strictEvm: random.below(2) === 0 };
  return [
    ...[configure(ALLOWANCE, false), configure(1_000_000n, true)],
    ...[pause(issuer.MsgUnpause, false), pause(issuer.MsgPause, true)],
    move(issuer.MsgRemoveMinter, {}, { ...parts, isHarm: true }, () => {
      ledger.allowance = undefined;
    }),
    move(MsgUpdateParams, { params }, { ...parts, unauthorised: "gov 13" }, () => {
      cctp.isStrict = params.strictEvm;
    }),
  ];
};

const FAMILIES: readonly Family[] = [
  ...[pauses, pauses, roles, ownership, attesters, attesters, attesters],
  ...[links, links, limits, lists, minting],
];
