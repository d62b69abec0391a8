import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  Access,
  type AccessTokens,
  unauthorized,
  withoutToken,
} from "../../../push/http/access.ts";
import { requestOf } from "./request_of.ts";

type Given = Parameters<typeof requestOf>[0];

/** Says what somebody may do, who brings something. */
function rights(tokens: AccessTokens, given: Given): string {
  const access = new Access(tokens);
  const request = requestOf(given);
  const may = (["subscribe", "publish"] as const).filter((right) => access.allows(right, request));
  return may.join(" and ") || "nothing";
}

const bearer = (value: string): Given => ({ fields: { Authorization: value } });
const query = (text: string): Given => ({ target: `/topics/news?${text}` });

const NONE: AccessTokens = {};
const READERS: AccessTokens = { subscribeToken: "read" };
const WRITERS: AccessTokens = { publishToken: "write" };
const BOTH: AccessTokens = { subscribeToken: "read", publishToken: "write" };

for (
  const [name, tokens, without, reader, writer] of [
    ["no token", NONE, "subscribe and publish", "subscribe and publish", "subscribe and publish"],
    ["a token to subscribe", READERS, "nothing", "subscribe and publish", "nothing"],
    ["a token to publish", WRITERS, "subscribe", "subscribe", "subscribe and publish"],
    ["both tokens", BOTH, "nothing", "subscribe", "subscribe and publish"],
  ] as const
) {
  Deno.test(`Access lets in who knows the tokens when there is ${name}`, () => {
    for (const given of [{}, bearer("Bearer wrong"), query("token=wrong"), query("token=")]) {
      assertEquals(rights(tokens, given), without);
    }
    for (const [token, may] of [["read", reader], ["write", writer]] as const) {
      assertEquals(rights(tokens, bearer(`Bearer ${token}`)), may);
      assertEquals(rights(tokens, query(`token=${token}`)), may);
    }
  });
}

for (
  const [what, given, may] of [
    ["the scheme in another case", bearer("bEARER write"), "subscribe and publish"],
    ["more blanks", bearer("Bearer   write"), "subscribe and publish"],
    ["another scheme", bearer("Basic write"), "nothing"],
    ["no scheme", bearer("write"), "nothing"],
    ["no token behind the scheme", bearer("Bearer"), "nothing"],
    ["the scheme and the token in one", bearer("Bearerwrite"), "nothing"],
    ["a quoted token", bearer('Bearer "write"'), "nothing"],
    ["a longer token", bearer("Bearer write2"), "nothing"],
    ["a shorter token", bearer("Bearer writ"), "nothing"],
    ["the token in another case", bearer("Bearer Write"), "nothing"],
    ["two tokens in one", bearer("Bearer write read"), "nothing"],
    [
      "two lines",
      { fields: [["Authorization", "Bearer write"], ["Authorization", "Bearer read"]] },
      "nothing",
    ],
    ["a wrong one in front of the query", {
      ...bearer("Bearer wrong"),
      ...query("token=write"),
    }, "nothing"],
    ["another scheme beside the query", {
      ...bearer("Basic eDp5"),
      ...query("token=write"),
    }, "subscribe and publish"],
    ["more in the query", query("a=1&token=write&b=2"), "subscribe and publish"],
    ["it encoded in the query", query("token=%77rit%65"), "subscribe and publish"],
    ["two in the query, of which the first counts", query("token=read&token=write"), "subscribe"],
    ["another name", query("Token=write"), "nothing"],
    ["the name of another field", query("access_token=write"), "nothing"],
    ["a digest in the place of the token", bearer(`Bearer ${"0".repeat(64)}`), "nothing"],
    ["it in the path", { target: "/token=write" }, "nothing"],
  ] as const
) {
  Deno.test(`Access lets somebody do ${may} who brings ${what}`, () => {
    assertEquals(rights(BOTH, given as Given), may);
  });
}

Deno.test("Access lets one do all when both tokens are the same", () => {
  const tokens = { subscribeToken: "same", publishToken: "same" };
  assertEquals(rights(tokens, bearer("Bearer same")), "subscribe and publish");
});

Deno.test("Access refuses a token that is empty, which anybody knows", () => {
  for (const tokens of [{ subscribeToken: "" }, { publishToken: "" }]) {
    assertThrows(() => new Access(tokens), TypeError, "Cannot use a token: it is empty");
  }
});

Deno.test("Access takes a token with characters that a query encodes", () => {
  const tokens = { subscribeToken: "a+b &=ü%" };
  const text = new URLSearchParams({ token: tokens.subscribeToken }).toString();
  assertEquals(rights(tokens, query(text)), "subscribe and publish");
});

Deno.test("unauthorized() is 401 with a challenge, and says how to bring a token", () => {
  for (const right of ["subscribe", "publish"] as const) {
    const { status, code, message, fields } = unauthorized(right);
    assertEquals([status, code], [401, "unauthorized"]);
    assertEquals(fields, [["WWW-Authenticate", 'Bearer realm="push"']]);
    assertMatch(message, /^(Following a topic|Publishing) needs a token: /);
  }
});

for (
  const [target, shown] of [
    ["/news?token=secret", "/news?token=..."],
    ["/news?token=", "/news?token=..."],
    ["/news?a=1&token=secret", "/news?a=1&token=..."],
    ["/news?token=secret&lastEventId=x", "/news?token=...&lastEventId=x"],
    ["/news?token=secret&token=secret", "/news?token=...&token=..."],
    ["/news?token=sec%26ret", "/news?token=..."],
    ["/news?token=secret=secret?secret", "/news?token=..."],
    ["/news??token=secret", "/news??token=..."],
    ["http://h/news?token=secret", "http://h/news?token=..."],
    // None of these is a token.
    ["/news", "/news"],
    ["/news?mytoken=x", "/news?mytoken=x"],
    ["/news?tokens=x", "/news?tokens=x"],
    ["/token=x", "/token=x"],
  ] as const
) {
  Deno.test(`withoutToken() shows ${target} as ${shown}`, () => {
    assertEquals(withoutToken(target), shown);
  });
}

/** Says whether a token would be taken out of a target, and whether it can be seen in what is shown of that. */
function seen(target: string): { counts: boolean; isShown: boolean } {
  const tokens = { subscribeToken: "secret" };
  return {
    counts: rights(tokens, { target }) !== "nothing",
    isShown: withoutToken(target).includes("secret"),
  };
}

Deno.test("withoutToken() hides what Access takes, in every place of a query", () => {
  for (const front of ["", "a=1&", "&", "&&", "a&", "=&", "?", "a=?&", "token2=x&", "a=;&"]) {
    for (const behind of ["", "&", "&b=2", "&token=other"]) {
      const target = `/news?${front}token=secret${behind}`;
      assertEquals(seen(target), { counts: true, isShown: false }, target);
    }
  }
});

Deno.test("withoutToken() may show what Access does not take, since it is of another name", () => {
  for (const name of ["TOKEN", "Token", "access_token", "token%20"]) {
    assertEquals(seen(`/news?${name}=secret`).counts, false, name);
  }
});
