import { assertEquals, assertThrows } from "@std/assert";
import { ProtocolError } from "../../../codec/errors.ts";
import { RedirectError, Redirects } from "../../../headers/response/redirect.ts";
import { type ProbeRequest, requestBytes, shownUrl } from "../../../headers/response/request.ts";

function asked(url: string, request: Partial<ProbeRequest> = {}): string {
  const whole = { url: new URL(url), method: "HEAD", fields: [], ...request };
  return String.fromCharCode(...requestBytes(whole, { agent: "test" }));
}

const START = "HEAD / HTTP/1.1\r\n";
const REST = "User-Agent: test\r\nAccept: */*\r\nConnection: close\r\n\r\n";

for (
  const [what, url, request, expected] of [
    ["a port of its own", "http://a.example:81/", {}, `${START}Host: a.example:81\r\n${REST}`],
    ["the scheme's port", "https://a.example:443/", {}, `${START}Host: a.example\r\n${REST}`],
    ["an address", "http://[::1]:81/", {}, `${START}Host: [::1]:81\r\n${REST}`],
    [
      "a name that is not of ASCII",
      "http://bücher.example/",
      {},
      `${START}Host: xn--bcher-kva.example\r\n${REST}`,
    ],
    [
      "a query and a fragment",
      "http://a/b?c=d#e",
      {},
      `HEAD /b?c=d HTTP/1.1\r\nHost: a\r\n${REST}`,
    ],
    [
      "a field without a value",
      "http://a/",
      { fields: [["accept", ""], ["X", ""], ["connection", ""], ["user-agent", ""], ["host", ""]] },
      `${START}\r\n`,
    ],
    [
      "fields of one name",
      "http://a/",
      { fields: [["X", "1"], ["host", "b"], ["x", "2"]] },
      `${START}host: b\r\nUser-Agent: test\r\nAccept: */*\r\nConnection: close\r\nX: 1\r\nx: 2\r\n\r\n`,
    ],
  ] as readonly (readonly [string, string, Partial<ProbeRequest>, string])[]
) {
  Deno.test(`requestBytes() writes the request when there is ${what}`, () => {
    assertEquals(asked(url, request), expected);
  });
}

Deno.test("requestBytes() says who asks when the URL has a user", () => {
  const authorization = (url: string) => /Authorization: (.*)\r\n/.exec(asked(url))?.[1];
  assertEquals(
    authorization("http://Aladdin:open%20sesame@a/"),
    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
  );
  assertEquals(authorization("http://%zz@a/"), `Basic ${btoa("%zz:")}`);
  assertEquals(authorization("http://%C3%A9:@a/"), `Basic ${btoa("\xc3\xa9:")}`);
  assertEquals(authorization("http://a/"), undefined);
  const fields = [["authorization", "own"]] as const;
  assertEquals(/uthorization: (.*)\r\n/.exec(asked("http://u@a/", { fields }))?.[1], "own");
});

Deno.test("requestBytes() refuses a field that would be two", () => {
  for (const field of [["A", "b\r\nC: d"], ["A: b", "c"], ["A", "\0"], ["", "b"]] as const) {
    assertThrows(() => asked("http://a/", { fields: [field] }), ProtocolError);
  }
});

Deno.test("shownUrl() leaves out the user and the password", () => {
  assertEquals(shownUrl(new URL("http://u:p@a/b?c#d")), "http://a/b?c#d");
  assertEquals(shownUrl(new URL("http://a/")), "http://a/");
});

function redirected(
  from: string,
  { location, status = 302, method = "HEAD" }: {
    location: string;
    status?: number;
    method?: string;
  },
): string | undefined {
  const request = { url: new URL(from), method, fields: [] };
  const next = new Redirects().next(request, { status, fields: [["location", location]] });
  return next && `${next.method} ${next.url}`;
}

for (
  const [location, expected] of [
    ["/x", "HEAD http://a/x#part"],
    ["x", "HEAD http://a/b/x#part"],
    ["?x", "HEAD http://a/b/c?x#part"],
    ["//b", "HEAD http://b/#part"],
    ["https://b/#own", "HEAD https://b/#own"],
    ["/caf\xc3\xa9", "HEAD http://a/caf%C3%A9#part"],
    ["/caf\xe9", "HEAD http://a/caf%C3%A9#part"],
    ["http://u:p@b/", "HEAD http://u:p@b/#part"],
  ] as const
) {
  Deno.test(`Redirects goes on to ${expected} when Location is ${location}`, () => {
    assertEquals(redirected("http://a/b/c?d#part", { location }), expected);
  });
}

for (
  const [method, status, expected] of [
    ["HEAD", 303, "HEAD"],
    ["GET", 301, "GET"],
    ["POST", 301, "GET"],
    ["POST", 302, "GET"],
    ["POST", 303, "GET"],
    ["PUT", 303, "GET"],
    ["PUT", 302, "PUT"],
    ["POST", 307, "POST"],
    ["POST", 308, "POST"],
    ["HEAD", 300, undefined],
    ["HEAD", 304, undefined],
    ["HEAD", 200, undefined],
  ] as const
) {
  Deno.test(`Redirects asks with ${expected ?? "nothing"} when ${method} is answered ${status}`, () => {
    const next = redirected("http://a/", { location: "/x", status, method });
    assertEquals(next, expected && `${expected} http://a/x`);
  });
}

Deno.test("Redirects refuses to follow when it would be a circle, too often or elsewhere", () => {
  const redirects = new Redirects();
  let request: ProbeRequest = { url: new URL("http://a/0"), method: "HEAD", fields: [] };
  const go = (location: string) => {
    const next = redirects.next(request, { status: 302, fields: [["Location", location]] });
    request = next!;
  };
  for (let hop = 1; hop <= 9; hop++) go(`/${hop}`);
  assertThrows(() => go("/3#x"), RedirectError, "it was asked before");
  for (const location of ["ftp://a/", "mailto:a@b", "http://", "javascript:alert(1)"]) {
    assertThrows(() => go(location), RedirectError, "it is no URL of http or https");
  }
  go("/10");
  assertEquals(redirects.followed, 10);
  assertThrows(() => go("/11"), RedirectError, "10 redirects were followed");
});

Deno.test("Redirects keeps the user of a URL for its own origin alone", () => {
  assertEquals(redirected("http://u:p@a/", { location: "/x" }), "HEAD http://u:p@a/x");
  assertEquals(redirected("http://u:p@a/", { location: "https://a/x" }), "HEAD https://a/x");
  assertEquals(redirected("http://u:p@a/", { location: "http://a:81/x" }), "HEAD http://a:81/x");
  assertEquals(redirected("http://u:p@a/", { location: "http://v@a/x" }), "HEAD http://v@a/x");
});
