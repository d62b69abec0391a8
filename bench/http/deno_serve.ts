// The rival on Deno: its own server, which is written in Rust. Prints the port it took. Argument: what to answer.
const [body = ""] = Deno.args;
const headers = { "Content-Type": "text/plain" };
Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen: ({ port }) => console.log(port) },
  () => new Response(body, { headers }),
);
