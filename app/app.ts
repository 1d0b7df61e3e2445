// The application: which modules, in which order, with which keepers.

import { BaseApp, type BaseAppOptions } from "../src/baseapp/baseApp.ts";
import type { BlockInfo, Context } from "../src/baseapp/context.ts";
import type { AppModule } from "../src/baseapp/module.ts";
import { Router } from "../src/baseapp/msgRouter.ts";
import { SignatureVerdicts } from "../src/baseapp/signatureVerdicts.ts";
import { TypeRegistry } from "../src/codec/registry.ts";
import type { DecodedTx } from "../src/codec/tx.ts";
import type { CommitMultiStore } from "../src/store/multiStore.ts";
import { createAnteHandler } from "../x/auth/ante/anteHandler.ts";
import { FEE_COLLECTOR } from "../x/auth/ante/deductFee.ts";
import { type SignatureWork, signatureWork } from "../x/auth/ante/signers.ts";
import { AccountKeeper } from "../x/auth/keeper.ts";
import { AUTH_STORE } from "../x/auth/keys.ts";
import { authModule } from "../x/auth/module.ts";
import { AuthorityKeeper } from "../x/authority/keeper.ts";
import { AUTHORITY } from "../x/authority/keys.ts";
import { authorityModule } from "../x/authority/module.ts";
import { AUTHORIZATION_KINDS, AuthorizationRegistry } from "../x/authz/authorization.ts";
import { AuthzKeeper } from "../x/authz/keeper.ts";
import { AUTHZ } from "../x/authz/keys.ts";
import { authzModule } from "../x/authz/module.ts";
import { STAKE_AUTHORIZATION } from "../x/authz/stakeAuthorization.ts";
import { BankKeeper } from "../x/bank/keeper.ts";
import { BANK } from "../x/bank/keys.ts";
import { bankModule } from "../x/bank/module.ts";
import type { MintReceiver } from "../x/cctp/expected.ts";
import type { CctpKeeper } from "../x/cctp/keeper.ts";
import { CCTP } from "../x/cctp/keys.ts";
import { type Cctp, createCctp } from "../x/cctp/module.ts";
import { DistributionKeeper } from "../x/distribution/keeper.ts";
import { DISTRIBUTION } from "../x/distribution/keys.ts";
import { distributionModule } from "../x/distribution/module.ts";
import { distributionHooks } from "../x/distribution/withdraw.ts";
import { FeegrantKeeper } from "../x/feegrant/keeper.ts";
import { FEEGRANT } from "../x/feegrant/keys.ts";
import { feegrantModule } from "../x/feegrant/module.ts";
import { FeesKeeper } from "../x/fees/keeper.ts";
import { FEES } from "../x/fees/keys.ts";
import { feesModule } from "../x/fees/module.ts";
import { IssuerKeeper } from "../x/issuer/keeper.ts";
import { ISSUER } from "../x/issuer/keys.ts";
import { issuerModule } from "../x/issuer/module.ts";
import { InboundMoney } from "../x/orders/crossChain/inbound.ts";
import { OrderPayments } from "../x/orders/crossChain/receiver.ts";
import { OrdersKeeper } from "../x/orders/keeper.ts";
import { ORDERS } from "../x/orders/keys.ts";
import { ordersModule } from "../x/orders/module.ts";
import { SlashingKeeper } from "../x/slashing/keeper.ts";
import { SLASHING } from "../x/slashing/keys.ts";
import { slashingHooks, slashingModule } from "../x/slashing/module.ts";
import { StakingKeeper } from "../x/staking/keeper.ts";
import { STAKING } from "../x/staking/keys.ts";
import { stakingModule } from "../x/staking/module.ts";
import { StakingOffers } from "../x/staking/offers.ts";
import { UpgradeKeeper } from "../x/upgrade/keeper.ts";
import { UPGRADE } from "../x/upgrade/keys.ts";
import { upgradeModule } from "../x/upgrade/module.ts";
import type { Upgrade } from "../x/upgrade/upgrades.ts";
import { blockedAddresses, MODULE_PERMISSIONS } from "./accounts.ts";
import { refundBurner } from "./refundBurner.ts";
import { UPGRADES } from "./upgrades.ts";

/** Name and version, as the application tells them to consensus and to clients. */
export const APP_NAME = "stateset";
export const APP_VERSION = "0.1.0";
/** What fees and payments are made in. */
export const FEE_DENOM = "uusdc";

/** The stores of all modules. */
export const STORE_NAMES: readonly string[] = [
  AUTH_STORE,
  AUTHORITY,
  AUTHZ,
  BANK,
  CCTP,
  DISTRIBUTION,
  FEEGRANT,
  FEES,
  ISSUER,
  ORDERS,
  SLASHING,
  STAKING,
  UPGRADE,
];

/** What the application needs from outside. */
export interface AppOptions {
  readonly stores: CommitMultiStore;
  /** The last durable block; undefined for a new chain. */
  readonly lastBlock?: BlockInfo | undefined;
  readonly maxGas?: bigint | undefined;
  /** What this program knows of upgrades; those of upgrades.ts unless given. */
  readonly upgrades?: readonly Upgrade[] | undefined;
}

/** The application with what a node needs of it besides ABCI. */
export class ChainApp extends BaseApp {
  readonly accounts: AccountKeeper;
  readonly bank: BankKeeper;
  readonly cctp: CctpKeeper;
  readonly issuer: IssuerKeeper;
  readonly orders: OrdersKeeper;
  readonly staking: StakingKeeper;
  /** What is known of signatures: filled by whoever verifies ahead of the checks. */
  readonly verdicts: SignatureVerdicts;

  constructor(
    options: BaseAppOptions,
    parts: Pick<ChainApp, "accounts" | "bank" | "cctp" | "issuer" | "orders" | "staking" | "verdicts">,
  ) {
    super(options);
    this.accounts = parts.accounts;
    this.bank = parts.bank;
    this.cctp = parts.cctp;
    this.issuer = parts.issuer;
    this.orders = parts.orders;
    this.staking = parts.staking;
    this.verdicts = parts.verdicts;
  }

  /** The validators that vote at a height (the last one), with their powers. Throws VersionNotAvailableError. */
  exportValidators(height?: number): readonly { pubKey: Uint8Array; power: bigint; name: string }[] {
    const ctx = this.queryContext(height);
    return this.staking.lastPowers(ctx).map(({ operator, power }) => {
      const { pubKey, description } = this.staking.requireValidator(ctx, operator);
      return { pubKey, power, name: description.moniker };
    });
  }

  /** The signatures of a transaction that can be verified ahead of its check; undefined when it is refused anyhow. */
  signatureWork(tx: DecodedTx): SignatureWork | undefined {
    return signatureWork(this.accounts, this.registry, this.checkContext(), tx);
  }
}

/** Makes the application over a committed state. */
export function createApp(options: AppOptions): ChainApp {
  const registry = new TypeRegistry();
  const verdicts = new SignatureVerdicts();
  const authority = new AuthorityKeeper();
  const accounts = new AccountKeeper(MODULE_PERMISSIONS);
  const bank = new BankKeeper(accounts, blockedAddresses());
  const feegrant = new FeegrantKeeper(accounts, bank);
  const fees = new FeesKeeper();
  // The router knows the modules, and x/authz executes through the router: it asks when it is needed.
  const findMsg = (typeUrl: string) => router.findMsg(typeUrl);
  const authz = new AuthzKeeper(
    registry,
    { findMsg },
    new AuthorizationRegistry([...AUTHORIZATION_KINDS, STAKE_AUTHORIZATION]),
  );
  const issuer = new IssuerKeeper(bank, CCTP);
  // Mints are told to orders, and orders send refunds by burning: each is there when it is needed.
  const orders = new OrdersKeeper({ bank, burner: refundBurner(() => cctp), authority });
  const payments = new OrderPayments(orders, new InboundMoney(orders));
  const receivers: readonly MintReceiver[] = [
    { name: ORDERS, onCctpMessageReceived: (ctx, receipt) => payments.onCctpMessageReceived(ctx, receipt) },
  ];
  const cctp: Cctp = createCctp({ bank, issuer, receivers, authority });
  const staking = new StakingKeeper({
    ...{ accounts, bank },
    reserved: {
      reservedFor: (ctx, denom) =>
        denom === issuer.mintingDenom(ctx) ? "a slash would destroy what x/issuer accounts for" : undefined,
    },
    hooks: () => hooks,
  });
  const offers = new StakingOffers(staking);
  const distribution = new DistributionKeeper({ accounts, bank, staking: offers, feeCollector: FEE_COLLECTOR });
  const slashing = new SlashingKeeper();
  // Rewards are settled before anything else hears of a change.
  const hooks = [distributionHooks(distribution), slashingHooks(slashing)];
  const upgrade = { keeper: new UpgradeKeeper(), modules: () => modules, upgrades: options.upgrades ?? UPGRADES };
  const modules: readonly AppModule[] = [
    upgradeModule(upgrade, authority),
    authorityModule(authority),
    authModule(accounts, authority),
    bankModule(bank, authority, [orders]),
    feesModule(fees, authority),
    feegrantModule(feegrant),
    authzModule(authz, accounts, bank),
    issuerModule(issuer, bank, authority),
    cctp.module,
    ordersModule(orders),
    // Fees go to those who voted, before any of them is slashed for not doing so.
    distributionModule(distribution, authority),
    slashingModule({ keeper: slashing, staking: offers }, authority),
    stakingModule(staking, authority),
  ];
  const router: Router = new Router(modules, registry);
  const ante = createAnteHandler({ accounts, bank, grants: feegrant, schedule: fees, registry, verdicts });
  const simulatedGasMin = (ctx: Context, tx: DecodedTx) => fees.walletGas(ctx, tx);
  const { stores, lastBlock, maxGas } = options;
  return new ChainApp(
    {
      ...{ name: APP_NAME, version: APP_VERSION, registry, stores, modules, router, ante, simulatedGasMin },
      ...{ lastBlock, maxGas },
    },
    { accounts, bank, cctp: cctp.keeper, issuer, orders, staking, verdicts },
  );
}
