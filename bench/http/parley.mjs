// The peer under test, on Deno as it stands and on Node out of npm/. Prints the port it took. Argument: what to answer.
const isDeno = "Deno" in globalThis;
const built = (file) => import(new URL(`../../npm/esm/${file}`, import.meta.url).href);
const { serveHttp } = isDeno
  ? await import("../../net/http/mod.ts")
  : await built("net/http/mod.js");
const { Deno } = isDeno ? globalThis : await built("shims/deno.js");
const [body] = isDeno ? Deno.args : process.argv.slice(2);

const answer = { fields: { "Content-Type": "text/plain" }, body };
const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const limits = { maxConnectionsPerAddress: 1_000 };
serveHttp(listener, { limits, onEvent() {} }, async (http) => {
  for await (const request of http) await request.respond(answer);
});
console.log(listener.addr.port);
