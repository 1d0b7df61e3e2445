// The SQL database behind the gateway: one dialect, PostgreSQL's, in two sizes. `pgliteDatabase.ts` is PostgreSQL in
// WebAssembly, in a folder of this process; `postgresDatabase.ts` is a server. Both speak the same SQL.

/** What may be passed as a parameter. Integers beyond 2^53 and amounts go as text. */
export type SqlValue = string | number | boolean | null | Uint8Array | readonly string[];

/** A place to run statements in: the database itself, or a transaction of it. */
export interface Sql {
  /**
   * Runs one statement with parameters `$1`, `$2`, … and gives its rows. `bigint`, `numeric` and `timestamptz` come as
   * text, `jsonb` as a value. Rejects with DatabaseError.
   */
  query<Row extends object>(text: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/** A database that is open. */
export interface Database extends Sql {
  readonly kind: "pglite" | "postgres";
  /** Runs `work` in a transaction, which is rolled back when it rejects. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  /** Runs a script of several statements without parameters. */
  script(text: string): Promise<void>;
  /**
   * Copies the database into a folder, from which one like it can be opened: all that was committed before, and perhaps
   * some of what is committed meanwhile. Undefined where it is not in a folder of this process.
   */
  readonly copyTo?: ((folder: string) => Promise<void>) | undefined;
  close(): Promise<void>;
}

/**
 * A statement that failed. `sqlState` is PostgreSQL's five characters where it answered at all. Of the driver's error
 * nothing else is kept: it holds the statement's parameters, which may be personal data.
 */
export class DatabaseError extends Error {
  readonly code = "database_failed";
  readonly sqlState: string | undefined;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.name = "DatabaseError";
    this.sqlState = sqlStateOf(cause);
  }

  /** Whether another try may succeed: the server was away, or two transactions met. */
  get retryable(): boolean {
    return this.sqlState === undefined || /^(08|40|53|57)/.test(this.sqlState);
  }
}

function sqlStateOf(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined;
  const { code } = cause;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Awaits a statement; what it rejects with becomes a DatabaseError. */
export async function asDatabaseError<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw cause instanceof DatabaseError ? cause : new DatabaseError(cause);
  }
}
