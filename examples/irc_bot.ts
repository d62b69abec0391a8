// Sits in an IRC channel and tells the time to whoever says !time there; it comes back when its connection is lost.
//
//   deno run --allow-net=127.0.0.1:6667 examples/irc_bot.ts

import { connectIrc, parseSource } from "@parley/sockets/irc";
import { connectTcp } from "@parley/sockets/net";

await using bot = await connectIrc({
  open: (signal) => connectTcp({ hostname: "127.0.0.1", port: 6667, signal }),
  nick: "clock",
  reconnect: true,
});
const stop = () => void bot.quit("Going home");
Deno.addSignalListener("SIGINT", stop);
await bot.join("#news");
for await (const { command, source = "", params: [target = "", text] } of bot) {
  if (command !== "PRIVMSG" || text !== "!time") continue;
  const { nick } = parseSource(source);
  await bot.say(target === bot.nick ? nick : target, `${nick}: ${new Date().toISOString()}`);
}
Deno.removeSignalListener("SIGINT", stop);
