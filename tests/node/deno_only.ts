/** Test files that do not run on Node, and why. */
export const DENO_ONLY: Readonly<Record<string, string>> = {
  "architecture_test.ts": "reads the TypeScript sources",
  "browser/codec_test.ts": "drives a browser, from Deno alone",
  "browser/harness_test.ts": "drives a browser, from Deno alone",
  "browser/headers_long_test.ts": "drives a browser, from Deno alone",
  "browser/push_long_test.ts": "drives a browser, from Deno alone",
  "browser/push_page_long_test.ts": "drives a browser, from Deno alone",
  "browser/suite_long_test.ts": "drives a browser, from Deno alone",
  "browser/websocket_long_test.ts": "drives a browser, from Deno alone",
  "cli/installed_test.ts": "installs the sources, and runs a task, with deno",
  "clients/push_documented_test.ts": "reads the documents",
  "codec/purity_test.ts": "reads the TypeScript sources",
  "dependencies_test.ts": "reads the TypeScript sources",
  "docs_test.ts": "reads the TypeScript sources",
  "documents_alone_test.ts":
    "runs the documents' commands as a reader of the sources does, with deno",
  "examples/examples_alone_test.ts": "runs the examples as they stand, with deno",
  "headers/documented_test.ts": "reads the documents",
  "links/dnt_long_test.ts": "tests the build itself",
  "links/dnt_test.ts": "tests the build itself",
  "net/websocket/deno_peers_test.ts": "calls a server that Deno alone has",
  "shims/build/emitted_test.ts": "tests the build itself",
};
