// Errors of x/authority.

import { registerError } from "../../src/codec/chainError.ts";
import { AUTHORITY } from "./keys.ts";

export const ErrNotPending = registerError(AUTHORITY, 2, "the signer was not named as the next authority");
