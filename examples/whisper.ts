// Says one line to shout.ts and prints the answer; where nobody listens, it says what would help.
//
//   deno run --allow-net=127.0.0.1:7007 examples/whisper.ts

import { connect, escapeControls, explain, lines } from "@parley/sockets";

const [line = "is anybody there?"] = Deno.args;
const address = { transport: "tcp", hostname: "127.0.0.1", port: 7007 } as const;
const { hostname, port } = address;
await using connection = await connect({ hostname, port, codec: lines() }).catch(async (error) => {
  const { what, why, advice } = await explain(error, { tried: "connect", address });
  console.error(`${what}: ${why}`);
  for (const { text } of advice) console.error(`- ${text}`);
  Deno.exit(1);
});
await connection.send(line);
console.log(escapeControls(await connection.receive() ?? "(no answer)"));
