// The direction of imports (docs/architecture.md), proved by `npm run check`.
const PURE = "^(x|app|src/(baseapp|store|codec|crypto|cctp))/";
const TEST = "\\.(test|bench)\\.ts$|/testing/";

/** From a folder, only these folders of ours may be imported. `gen/` may be imported from anywhere. */
const layer = (name, from, allowed) => ({
  name: `layer-${name}`,
  severity: "error",
  from: { path: from, pathNot: TEST },
  to: { path: "^(src|x|app|sdk)/", pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true, viaOnly: { pathNot: "^gen/" } } },
    { name: "no-unresolved", severity: "error", from: { pathNot: "^gen/" }, to: { couldNotResolve: true } },
    layer("codec", "^src/codec/", "^src/(codec|crypto)/"),
    layer("crypto", "^src/crypto/", "^src/crypto/"),
    layer("store", "^src/store/", "^src/(store|crypto|codec)/"),
    layer("cctp", "^src/cctp/", "^src/(cctp|codec|crypto)/"),
    layer("baseapp", "^src/baseapp/", "^src/(baseapp|store|codec|crypto)/"),
    layer("x", "^x/([^/]+)/", "^(x/$1/|src/(baseapp|store|codec|crypto|cctp)/)"),
    layer("app", "^app/", "^(app|x|src/(baseapp|store|codec|crypto|cctp))/"),
    layer("consensus", "^src/consensus/", "^(app|x|src/(consensus|baseapp|store|codec|crypto))/"),
    layer("rpc", "^src/rpc/", "^(app|x|src/(rpc|consensus|baseapp|store|codec|crypto))/"),
    layer("chains", "^src/chains/", "^src/(chains|cctp|codec|crypto)/"),
    layer("attester", "^src/attester/", "^src/(attester|chains|cctp|codec|crypto)/"),
    layer("relayer", "^src/relayer/", "^src/(relayer|chains|cctp|codec|crypto)/"),
    layer("gateway", "^src/gateway/", "^src/(gateway|cctp|codec|crypto)/"),
    layer("sdk", "^src/sdk/", "^src/sdk/"),
    layer("devnet", "^src/devnet/", "^(app|x|src/(?!cli/))"),
    {
      name: "pure-no-node-io",
      comment: "State-machine code has no network, files, timers, clock or process.",
      severity: "error",
      from: { path: PURE, pathNot: `${TEST}|^src/store/` },
      to: {
        path: "^(node:)?(http|https|http2|net|tls|dgram|dns|fs|fs/promises|timers|timers/promises|perf_hooks|os|process|child_process|cluster)$",
      },
    },
    {
      name: "store-files-only",
      comment: "The store opens files; it has no network, timers or clock.",
      severity: "error",
      from: { path: "^src/store/", pathNot: TEST },
      to: {
        path: "^(node:)?(http|https|http2|net|tls|dgram|dns|timers|timers/promises|perf_hooks|os|process|child_process|cluster)$",
      },
    },
    {
      name: "sdk-no-node",
      comment: "The SDK runs in browsers.",
      severity: "error",
      from: { path: "^src/sdk/", pathNot: TEST },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "no-dev-dependency",
      comment: "What runs in production is a dependency, not a devDependency.",
      severity: "error",
      from: { path: "^(src|x|app)/", pathNot: TEST },
      to: { dependencyTypes: ["npm-dev"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|docs|src/store/wasm)/" },
    // TypeScript 7 has no JavaScript API, so dependency-cruiser reads the sources with swc.
    parser: "swc",
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: [".ts", ".js"],
      exportsFields: ["exports"],
      conditionNames: ["import", "node"],
    },
  },
};
