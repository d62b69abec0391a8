import { NUMERICS } from "../../codec/irc/mod.ts";
import { CAPABILITIES, type Capability, isCapability } from "../capabilities.ts";
import type { Client, Commands } from "../command.ts";
import { cutText } from "../cut_text.ts";
import { wholeNumber } from "../names.ts";
import { registerIfComplete } from "./registration.ts";

/** What was asked for comes back, as far as a line has room for it. */
const MAX_WORDS_BYTES = 350;

/** What client and server agree on (IRCv3 capability negotiation). */
export const CAPABILITY_COMMANDS: Commands = {
  CAP: {
    minParams: 1,
    isForAll: true,
    run(client, { params: [subcommand = "", words = ""] }) {
      const { user } = client;
      switch (subcommand.toUpperCase()) {
        case "LS":
          wait(client);
          // From version 302 on it hears of changes, of which there are none.
          if ((wholeNumber(words) ?? 0) >= 302) user.toggle("cap-notify", true);
          return answer(client, "LS", CAPABILITIES.join(" "));
        case "LIST":
          return answer(client, "LIST", [...user.capabilities].join(" "));
        case "REQ":
          wait(client);
          return request(client, words);
        case "END":
          user.isNegotiating = false;
          return registerIfComplete(client);
      }
      user.reply(NUMERICS.ERR_INVALIDCAPCMD, subcommand, "Unknown CAP subcommand");
    },
  },
};

/** Who negotiates is not registered before it says that it is done. */
function wait({ user }: Client): void {
  if (!user.isRegistered) user.isNegotiating = true;
}

/** All that is asked for is done, or nothing. */
function request(client: Client, words: string): void {
  const asked: { capability: Capability; isOn: boolean }[] = [];
  for (const word of words.split(" ")) {
    if (word === "") continue;
    const isOn = !word.startsWith("-");
    const capability = isOn ? word : word.slice(1);
    if (!isCapability(capability)) return answer(client, "NAK", words);
    asked.push({ capability, isOn });
  }
  // What was asked for holds from the next line on.
  answer(client, "ACK", words);
  for (const { capability, isOn } of asked) client.user.toggle(capability, isOn);
}

function answer({ user, state }: Client, subcommand: string, words: string): void {
  const params = [user.nick, subcommand, cutText(words, MAX_WORDS_BYTES)];
  user.send({ source: state.settings.serverName, command: "CAP", params });
}
