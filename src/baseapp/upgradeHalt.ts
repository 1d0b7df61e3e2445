// Why an application stops before a block: the program is not the one that the block needs (cosmos-sdk x/upgrade).

/** What was agreed on. */
export interface UpgradePlan {
  readonly name: string;
  /** The first block of the new program. */
  readonly height: number;
  /** What the authority wrote about it, such as where to get it. */
  readonly info: string;
}

/**
 * Ends the process. `upgrade_needed`: the plan's height is there, and this program does not know the upgrade.
 * `upgraded_too_early`: it does, and the height is not there yet.
 */
export class UpgradeHalt extends Error {
  readonly code: "upgrade_needed" | "upgraded_too_early";
  readonly plan: UpgradePlan;

  constructor(code: UpgradeHalt["code"], plan: UpgradePlan) {
    const { name, height, info } = plan;
    super(
      code === "upgrade_needed"
        ? `UPGRADE "${name}" NEEDED at height: ${height}: ${info}`
        : `BINARY UPDATED BEFORE TRIGGER! UPGRADE "${name}" is for height ${height}: start the program before it until then`,
    );
    this.name = "UpgradeHalt";
    this.code = code;
    this.plan = plan;
  }
}
