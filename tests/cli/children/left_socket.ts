// Listens on a Unix socket, and ends without removing it.

const [path = ""] = Deno.args;
Deno.listen({ transport: "unix", path });
Deno.exit(0);
