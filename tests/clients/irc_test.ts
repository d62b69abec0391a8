import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { connectIrcServer, program } from "../../clients/irc.ts";
import { type InProcessOptions, Running } from "../cli/in_process.ts";
import { type Ran, startClient } from "../cli/child.ts";
import { PlayedIrcServer } from "./irc_server.ts";

/** Starts the client, who is called ann. */
function start(
  server: PlayedIrcServer,
  { args = [], ...typed }: Omit<InProcessOptions, "hostname"> = {},
): Running {
  const common = ["--port", String(server.port), "--nick", "ann", "--every", "0s"];
  return new Running(program.main, [...common, ...args], typed);
}

/** Runs it to its end; its input is empty unless `stdin` says otherwise. */
async function run(server: PlayedIrcServer, options: InProcessOptions = {}): Promise<Ran> {
  const client = start(server, { stdin: "", ...options });
  const code = await client.ended;
  return { code, stdout: client.stdout.text, stderr: untimed(client.stderr.text) };
}

/** Leaves out the times in front of the lines. */
function untimed(text: string): string {
  return text.replace(/^\d\d:\d\d:\d\d /gm, "");
}

/** What the server heard since it was asked last, without what every client says at the beginning. */
function said(server: PlayedIrcServer): string[] {
  const lines = server.heard.text.trimEnd().split("\r\n");
  return lines.filter((line) => !/^(CAP|NICK|USER|PING)\b/.test(line));
}

Deno.test("irc client registers under its names when it connects", async () => {
  await using server = new PlayedIrcServer();
  const args = ["--user", "a", "--realname", "Ann A.", "--password", "open"];
  assertEquals((await run(server, { args })).code, 0);
  assertMatch(
    server.heard.text,
    /^CAP LS 302\r\nPASS open\r\nNICK ann\r\nUSER a 0 \* :Ann A\.\r\nCAP END\r\n/,
  );
});

Deno.test("irc client takes a guest's nickname when none is given", async () => {
  await using server = new PlayedIrcServer();
  const client = new Running(program.main, ["--port", String(server.port)], { stdin: "" });
  assertEquals(await client.ended, 0);
  assertMatch(server.heard.text, /NICK guest\d{4}\r\n/);
});

Deno.test("irc client does what is piped in, prints what comes, and leaves at the end of input", async () => {
  await using server = new PlayedIrcServer();
  const stdin = "/join #a\nhello all\n/me waves\n/msg bob psst\n";
  const { code, stdout, stderr } = await run(server, { stdin });
  assertEquals([code, stdout], [0, ""]);
  assertEquals(said(server), [
    "JOIN #a",
    "PRIVMSG #a :hello all",
    "PRIVMSG #a :\x01ACTION waves\x01",
    "PRIVMSG bob :psst",
    "QUIT",
  ]);
  assertStringIncludes(
    stderr,
    `-- Connected to 127.0.0.1:${server.port} as ann
-- Welcome to the test, ann
`,
  );
  assertStringIncludes(stderr, "#a -- You joined\n-- What you type goes to #a\n#a -- Here: ann\n");
});

Deno.test("irc client joins channels, and says what is piped in on the first one", async () => {
  await using server = new PlayedIrcServer();
  const args = ["--join", "#a", "--join", "#b,key"];
  assertEquals((await run(server, { args, stdin: "hello\n/quit so long\nnever\n" })).code, 0);
  assertEquals(said(server), ["JOIN #a", "JOIN #b key", "PRIVMSG #a :hello", "QUIT :so long"]);
});

Deno.test("irc client prints what people say on stdout, with the time, harmlessly", async () => {
  await using server = new PlayedIrcServer();
  await using client = start(server, { args: ["--join", "#a"] });
  await client.stderr.until(/You joined/);
  await server.send(
    ":bob!b@h PRIVMSG #a :hi \x1b[2J\x02all",
    ":bob!b@h PRIVMSG ann :\x01ACTION nods\x01",
  );
  await client.stdout.until(/nods/);
  assertEquals(untimed(client.stdout.text), "#a <bob> hi \\x1b[2Jall\nbob * bob nods\n");
  client.type("so are you\n");
  await server.heard.until(/PRIVMSG #a :so are you/);
  client.endInput();
  assertEquals(await client.ended, 0);
});

Deno.test("irc client prints one object a line when --json is given", async () => {
  await using server = new PlayedIrcServer();
  await using client = start(server, { args: ["--join", "#a", "--json"] });
  await client.stdout.until(/"JOIN"/);
  await server.send("@time=2026-01-02T03:04:05.000Z :bob!b@h PRIVMSG #a :hi");
  await client.stdout.until(/"hi"/);
  client.endInput();
  assertEquals([await client.ended, client.stderr.text], [0, ""]);
  const records = client.stdout.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(records[0], {
    event: "connected",
    server: `127.0.0.1:${server.port}`,
    nick: "ann",
  });
  assertEquals(records.find(({ event }) => event === "message"), {
    event: "message",
    date: "2026-01-02T03:04:05.000Z",
    kind: "message",
    from: "bob",
    target: "#a",
    text: "hi",
    source: "bob!b@h",
    tags: { time: "2026-01-02T03:04:05.000Z" },
  });
});

Deno.test("irc client says a message and ends with 0 when the server takes it", async () => {
  await using server = new PlayedIrcServer();
  const args = ["--send", "#a", "--join", "#a,key", "good day to all", "bye"];
  assertEquals(await run(server, { args }), {
    code: 0,
    stdout: "",
    stderr: "Sent 2 messages to #a\n",
  });
  assertEquals(said(server), [
    "JOIN #a key",
    "PRIVMSG #a :good day to all",
    "PRIVMSG #a :bye",
    "QUIT",
  ]);
});

Deno.test("irc client says each line of stdin when no message is given", async () => {
  await using server = new PlayedIrcServer();
  const { code, stderr } = await run(server, { args: ["--send", "bob"], stdin: "one\n\ntwo\n" });
  assertEquals([code, stderr], [0, "Sent 2 messages to bob\n"]);
  assertEquals(said(server), ["PRIVMSG bob :one", "PRIVMSG bob :two", "QUIT"]);
});

Deno.test("irc client ends with 1 and the server's words when that refuses a message", async () => {
  await using server = new PlayedIrcServer({
    answer: ({ command }) =>
      command === "PRIVMSG" ? [":irc.test 401 ann bob :No such nick"] : undefined,
  });
  const { code, stderr } = await run(server, { args: ["--send", "bob", "hi"] });
  assertEquals(code, 1);
  assertEquals(stderr.split("\n").at(-2), "irc: Cannot send to bob: No such nick (401)");
});

Deno.test("irc client only listens when --tail is given, until the server ends it", async () => {
  await using server = new PlayedIrcServer();
  await using client = start(server, { args: ["--join", "#a", "--tail"], stdin: "hello\n" });
  await client.stderr.until(/You joined/);
  await server.send(":bob!b@h PRIVMSG #a :hi", "ERROR :Closing link: restart");
  await client.stdout.until(/hi/);
  server.hangUp();
  assertEquals(await client.ended, 1);
  assertMatch(
    client.stderr.text,
    /\nirc: .*[Tt]he server closed the connection: Closing link: restart\n$/,
  );
  assertEquals(said(server), ["JOIN #a"]);
});

Deno.test("irc client says goodbye and ends with 130 when it is interrupted", async () => {
  await using server = new PlayedIrcServer();
  await using client = start(server, { args: ["--join", "#a"] });
  await client.stderr.until(/You joined/);
  client.stop();
  assertEquals(await client.ended, 130);
  assertEquals(said(server), ["JOIN #a", "QUIT :Interrupted"]);
});

Deno.test("irc client takes another nickname when its own is somebody's", async () => {
  await using server = new PlayedIrcServer({
    answer: ({ command, params }) =>
      command === "NICK" && params === "ann"
        ? [":irc.test 433 * ann :Nickname is already in use"]
        : command === "USER"
        ? []
        : command === "NICK"
        ? [`:irc.test 001 ${params} :Welcome`, `:irc.test 422 ${params} :No MOTD`]
        : undefined,
  });
  const { code, stderr } = await run(server, { args: ["--alternative", "bea"] });
  assertEquals(code, 0);
  assertMatch(stderr, /as bea\n/);
});

for (
  const [what, args, lines, problem] of [
    [
      "no nickname is free",
      [],
      [":irc.test 433 * ann :In use"],
      "Cannot register as ann: In use; give another with --nick or --alternative",
    ],
    [
      "the server wants a password",
      [],
      [":irc.test 464 * :Bad password"],
      "Cannot register: Bad password; give the server's with --password",
    ],
    [
      "the password is wrong",
      ["--password", "x"],
      [":irc.test 464 * :Bad password"],
      "Cannot register: Bad password; check --password",
    ],
    [
      "the server takes no logins",
      ["--account", "ann", "--account-password", "x"],
      [":irc.test CAP * LS :"],
      "Cannot log in as ann: the server offers no login (SASL); check --account and --account-password",
    ],
    ["we are banned", [], [":irc.test 465 * :Go away"], "Cannot register: Go away"],
    ["the server has no room", [], ["ERROR :Full \x1b"], "Cannot register: Full \\x1b"],
  ] as const
) {
  Deno.test(`irc client ends with 1 and one line when ${what}`, async () => {
    await using server = new PlayedIrcServer({
      answer: ({ command }) => command === "CAP" || command === "NICK" ? lines : [],
    });
    const { code, stdout, stderr } = await run(server, { args });
    assertEquals([code, stdout, stderr], [1, "", `irc: ${problem}\n`]);
  });
}

Deno.test("irc client shows what a server said that speaks something else", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const args = ["--port", String(listener.addr.port)];
  const client = new Running(program.main, args, { stdin: "" });
  using conn = await listener.accept();
  await conn.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n"));
  await conn.closeWrite();
  assertEquals(await client.ended, 1);
  assertMatch(client.stderr.text, /its last words were HTTP\/1\.1 400 Bad Request\n$/);
});

Deno.test("irc client comes back to its channels when --reconnect is given", async () => {
  await using server = new PlayedIrcServer();
  await using client = start(server, { args: ["--join", "#a", "--reconnect"] });
  await client.stderr.until(/You joined/);
  server.hangUp();
  await client.stderr.until(/Lost the connection: .*\n.*connecting again in/);
  await client.stderr.until(/You joined[^]*Connected to[^]*You joined/);
  client.type("hello\n");
  await server.heard.until(/PRIVMSG #a :hello/);
  client.endInput();
  assertEquals(await client.ended, 0);
});

Deno.test("irc client says what is piped in, and leaves, when the connection is lost while it waits for an answer", async () => {
  let isLost = false;
  await using server = new PlayedIrcServer({
    answer: ({ command }) => {
      if (command !== "PING" || isLost) return undefined;
      isLost = true;
      server.hangUp();
      return [];
    },
  });
  const args = ["--join", "#a", "--reconnect"];
  const { code } = await run(server, { args, stdin: "hello\n" });
  assertEquals(code, 0);
  assertEquals(said(server).slice(-2), ["PRIVMSG #a :hello", "QUIT"]);
});

for (const json of [false, true]) {
  Deno.test(`irc client ends with 1 when piped lines may be lost with a connection, ${json ? "and says so with --json" : "and says how many"}`, async () => {
    let isGone = false;
    await using server = new PlayedIrcServer({
      answer: ({ command, params }) => {
        // What comes from here on is lost, up to the question behind it.
        if (params.endsWith(":a")) isGone = true;
        if (!isGone || command !== "PING") return isGone && command === "PRIVMSG" ? [] : undefined;
        isGone = false;
        server.hangUp();
        return [];
      },
    });
    const args = ["--reconnect", ...json ? ["--json"] : []];
    const { code, stdout, stderr } = await run(server, { args, stdin: "/join #a\na\nb\nc\n" });
    assertEquals(code, 1);
    if (json) assertStringIncludes(stdout, '{"event":"unconfirmed","count":3}\n');
    else {
      assertStringIncludes(stderr, "\n!! 3 messages may be lost\n");
      const last = "irc: Cannot tell whether the server has taken all: 3 messages may be lost\n";
      assert(stderr.endsWith(last), stderr);
    }
    assertEquals(said(server).at(-1), "QUIT");
  });
}

Deno.test("irc client gives the same advice at later tries to connect as at the first", async () => {
  let isFirst = true;
  await using server = new PlayedIrcServer({
    answer: ({ command }) => {
      if (isFirst || (command !== "NICK" && command !== "USER")) return undefined;
      return command === "NICK" ? [":irc.test 433 * ann :In use"] : [];
    },
  });
  await using client = start(server, { args: ["--reconnect", "--tail"] });
  await client.stderr.until(/Welcome/);
  isFirst = false;
  server.hangUp();
  await client.stderr.until(/In use; give another with --nick or --alternative; connecting again/);
  client.stop();
  assertEquals(await client.ended, 130);
});

Deno.test("irc client says what is not sent when it is interrupted", async () => {
  await using server = new PlayedIrcServer();
  const args = ["--join", "#a", "--every", "1h"];
  const stdin = "1\n2\n3\n4\n5\n";
  await using client = start(server, { args, stdin });
  await server.heard.until(/PRIVMSG #a :3/);
  client.stop();
  assertEquals(await client.ended, 130);
  assertMatch(
    untimed(client.stderr.text),
    /^!! 1 message that waited was not sent, nor what stands behind$/m,
  );
});

Deno.test("irc client warns when it sends a password to another machine without TLS", async () => {
  const warning = "without --tls others on the way can read the password";
  for (
    const [args, isWarned] of [
      [["--password", "x"], true],
      [["--account", "ann", "--account-password", "x"], true],
      [["--password", "x", "--json"], true],
      [["--password", "x", "--send", "bob", "hi"], true],
      [["--password", "x", "--tls"], false],
      [["--nick", "ann"], false],
    ] as const
  ) {
    // An address of this machine that is none of its own names: nobody listens there.
    const client = new Running(program.main, ["--to", "0.0.0.0:1", ...args], { stdin: "" });
    assertEquals(await client.ended, 1);
    const isJson = client.stdout.text.includes(JSON.stringify({ event: "warning", why: warning }));
    const isText = client.stderr.text.includes(`Warning: ${warning}\n`);
    assertEquals(isJson || isText, isWarned, args.join(" "));
  }
  await using server = new PlayedIrcServer();
  const { stderr } = await run(server, { args: ["--password", "x"] });
  assert(!stderr.includes("Warning"));
});

Deno.test("irc client names the line that cannot be said, and says how many were taken", async () => {
  await using server = new PlayedIrcServer();
  const args = ["--send", "bob"];
  const { code, stderr } = await run(server, { args, stdin: "one\na\0b\n" });
  assertEquals([code, stderr], [
    1,
    "irc: Cannot send line 2: the text holds CR, LF or NUL; 1 message before it was taken\n",
  ]);
});

Deno.test("irc client prints what comes when the pace holds back some of what it joins", async () => {
  await using server = new PlayedIrcServer();
  const args = Array.from({ length: 8 }, (_, at) => ["--join", `#${at}`]).flat();
  await using client = start(server, { args: [...args, "--every", "1h"] });
  await client.stderr.until(/#4 -- You joined/);
  client.stop();
  assertEquals(await client.ended, 130);
});

Deno.test("irc client goes on when the reason to quit is too long for a message", async () => {
  await using server = new PlayedIrcServer();
  const stdin = `/quit ${"x".repeat(600)}\n/msg bob hi\n/quit bye\n`;
  const { code, stderr } = await run(server, { stdin });
  assertEquals(code, 0);
  assertMatch(stderr, /^!! Cannot encode IRC message: 608 bytes exceed maxIrcSentBytes 512$/m);
  assertEquals(said(server), ["PRIVMSG bob :hi", "QUIT :bye"]);
});

Deno.test("irc client ends with 1 when a channel to join is none on this server", async () => {
  await using server = new PlayedIrcServer();
  const { code, stderr } = await run(server, { args: ["--join", "&a", "--tail"] });
  assertEquals(code, 1);
  assertMatch(stderr, /^irc: Cannot join "&a": it is no channel's name/m);
});

Deno.test("irc client ends when its reader has left while nobody is there to connect to", async () => {
  const args = ["--reconnect", "--tail", "--json"];
  await using client = startClient("irc", { port: 1, args, unread: true });
  await client.leave();
  await client.stderr.until(/^irc: Cannot write to stdout: its reader has left\n$/);
  assertEquals(await client.ended, 1);
});

Deno.test("irc client says something to itself when it is told to", async () => {
  await using server = new PlayedIrcServer();
  const { code, stderr } = await run(server, { args: ["--send", "ann", "hi"] });
  assertEquals([code, stderr], [0, "Sent 1 message to ann\n"]);
});

Deno.test("irc client goes on trying when --reconnect is given and nobody is there yet", async () => {
  let port: number;
  {
    await using before = new PlayedIrcServer();
    port = before.port;
  }
  const args = ["--port", String(port), "--nick", "ann", "--reconnect", "--tail"];
  await using client = new Running(program.main, args);
  await client.stderr.until(/nobody listens there.*connecting again in/);
  await using server = new PlayedIrcServer({ port });
  await client.stderr.until(/Connected to/);
  client.stop();
  assertEquals(await client.ended, 130);
  assert(server.heard.text.includes("QUIT"));
});

Deno.test("irc client reads its secrets from files", async () => {
  await using server = new PlayedIrcServer({
    answer: ({ command, params, nick }) =>
      command === "CAP" && params.startsWith("LS")
        ? [":irc.test CAP * LS :sasl=PLAIN"]
        : command === "CAP" && params.startsWith("REQ")
        ? [":irc.test CAP * ACK :sasl"]
        : command === "AUTHENTICATE" && params === "PLAIN"
        ? ["AUTHENTICATE +"]
        : command === "AUTHENTICATE"
        ? [`:irc.test 903 ${nick} :Success`]
        : command === "USER"
        ? []
        : command === "CAP"
        ? [`:irc.test 001 ${nick} :Welcome`, `:irc.test 422 ${nick} :No MOTD`]
        : undefined,
  });
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "secret\n");
    const args = ["--password", `@${path}`, "--account", "ann", "--account-password", `@${path}`];
    assertEquals((await run(server, { args })).code, 0);
  } finally {
    await Deno.remove(path);
  }
  assertMatch(server.heard.text, /PASS secret\r\n[^]*AUTHENTICATE AGFubgBzZWNyZXQ=\r\n/);
});

Deno.test("irc client calls the port of IRC over TLS when --tls is given and no port", async () => {
  for (const [args, port] of [[["--tls"], 6697], [["--tls", "127.0.0.1", "1"], 1]] as const) {
    const client = new Running(program.main, [...args], { stdin: "" });
    assertEquals(await client.ended, 1);
    assertStringIncludes(client.stderr.text, `127.0.0.1:${port}`);
  }
});

for (
  const [args, problem] of [
    [["--send", "#a", "--tail"], "--send sends and ends: leave out --tail"],
    [["--account", "ann"], "--account and --account-password go together: give both"],
    [["--nick", "a b"], "--nick takes a name without blanks and commas"],
    [["--join", "a"], "--join takes a channel, as '#news'"],
    [["a", "1", "b"], "Unexpected argument"],
  ] as const
) {
  Deno.test(`irc client ends with 2 when it is given ${args.join(" ")}`, async () => {
    await using server = new PlayedIrcServer();
    const client = new Running(program.main, ["--port", String(server.port), ...args], {
      stdin: "",
    });
    assertEquals(await client.ended, 2);
    assertStringIncludes(client.stderr.text, `irc: ${problem}`);
  });
}

Deno.test("connectIrcServer calls an IRC server as a function", async () => {
  await using server = new PlayedIrcServer();
  await using client = await connectIrcServer({ port: server.port, nick: "ann" });
  await client.say("bob", "hi");
  await server.heard.until(/PRIVMSG bob :hi/);
});
