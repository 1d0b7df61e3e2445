import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,x,app,scripts,test}/**/*.test.ts"],
    // Real databases and signatures: slow machines need more than the default five seconds.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
  },
});
