// What a change of the tables is. Each part of the gateway has its own; migrations.ts lists all.

/** One step. Statements run one after the other, in one transaction. */
export interface Migration {
  readonly name: string;
  readonly statements: readonly string[];
}
