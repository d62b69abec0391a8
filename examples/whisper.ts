// Says one line to shout.ts, and prints the answer.
//
//   deno run --allow-net=127.0.0.1:7007 examples/whisper.ts

import { connect, lines } from "@parley/sockets";

const [line = "is anybody there?"] = Deno.args;
await using connection = await connect({ port: 7007, codec: lines() });
await connection.send(line);
console.log(await connection.receive());
