import { assertEquals } from "@std/assert";
import { ExplainedError } from "../../../cli/explained_error.ts";
import { ircFailure, isFinalIrcFailure } from "../../../cli/irc/irc_failure.ts";
import { LimitError, type ProtocolError } from "../../../codec/errors.ts";
import { ClosedError, DeadlineError } from "../../../net/errors.ts";
import { type IrcErrorCode, refusal } from "../../../net/irc/refusal.ts";

const PLACE = { unix: undefined, hostname: "irc.example", port: 6667 } as const;

/** What a person is told. */
async function told(error: unknown, { hasPassword = false } = {}): Promise<string> {
  const where = { tried: "connect", place: PLACE, tls: undefined, hasPassword } as const;
  return (await ircFailure(error, where)).message;
}

function refused(code: IrcErrorCode): ProtocolError {
  return refusal(code, { tried: "register", said: "No \x1b", expected: "a welcome" });
}

for (
  const [code, advice] of [
    ["nick-refused", "; give another with --nick or --alternative"],
    ["password-refused", "; give the server's with --password"],
    ["login-refused", "; check --account and --account-password"],
    ["banned", ""],
    ["registration-refused", ""],
  ] as const
) {
  Deno.test(`ircFailure says what would help when the server refuses with ${code}`, async () => {
    assertEquals(await told(refused(code)), `Cannot register: No \\x1b${advice}`);
    const isFinal = ["password-refused", "login-refused", "banned"].includes(code);
    assertEquals(isFinalIrcFailure(refused(code)), isFinal);
  });
}

Deno.test("ircFailure says to look at the password when one was given", async () => {
  assertEquals(
    await told(refused("password-refused"), { hasPassword: true }),
    "Cannot register: No \\x1b; check --password",
  );
});

Deno.test("ircFailure says in the client's words why the connection is over", async () => {
  const closed = { code: "connection-closed", by: "peer" } as const;
  assertEquals(
    await told(new ClosedError("Cannot register: the server closed the connection", closed)),
    "Cannot register: the server closed the connection",
  );
  const limit = { limit: "maxIrcLineBytes", max: 1, got: 2, unit: "bytes" };
  assertEquals(
    await told(new LimitError("Cannot decode IRC line", limit)),
    "Cannot decode IRC line: 2 bytes exceed maxIrcLineBytes 1",
  );
});

Deno.test("ircFailure leaves what was explained, and explains what the system and deadlines say", async () => {
  assertEquals(
    await told(new ExplainedError("Cannot do that", { why: "no" })),
    "Cannot do that: no",
  );
  assertEquals(
    await told(new Deno.errors.ConnectionRefused("Connection refused (os error 111)")),
    "Cannot connect to irc.example:6667: nobody listens there; " +
      "start the server, or check --hostname and --port",
  );
  const late = await told(new DeadlineError("handshake", 1000));
  assertEquals(late.includes("within 1000 ms (handshake deadline)"), true);
});

Deno.test("isFinalIrcFailure goes on when another try may do better", () => {
  assertEquals(isFinalIrcFailure(new Deno.errors.ConnectionRefused("no")), false);
  assertEquals(isFinalIrcFailure(new TypeError("no")), true);
  const limit = { limit: "maxIrcSentBytes", max: 512, got: 600, unit: "bytes" } as const;
  assertEquals(isFinalIrcFailure(new LimitError("Cannot send PASS", limit)), false);
  assertEquals(isFinalIrcFailure(new LimitError("No", { ...limit, side: "local" })), true);
});
