import { assert, assertEquals, assertMatch } from "@std/assert";
import { auditHead } from "../../../headers/audit/audit.ts";

interface Asked {
  readonly url?: string;
  readonly status?: number;
  readonly origin?: string;
}

function findings(head: string, { url = "https://example.org/", ...asked }: Asked = {}): string[] {
  const fields = head.split("\n").filter(Boolean).map((line) => {
    const [name = "", value = ""] = line.split(/:(.*)/);
    return [name.trim(), value.trim()] as const;
  });
  return auditHead({ status: 200, ...asked, url: new URL(url), fields })
    .map(({ level, field, reason }) => `${level} ${field}: ${reason}`);
}

/** A page that nothing is missing from. */
const GOOD = `Content-Type: text/html; charset=utf-8
Strict-Transport-Security: max-age=63072000; includeSubDomains; preload
Content-Security-Policy: default-src 'self'; base-uri 'none'; frame-ancestors 'none'
X-Content-Type-Options: nosniff
Referrer-Policy: no-referrer
Cache-Control: no-cache
Set-Cookie: __Host-sid=1; Secure; HttpOnly; SameSite=Lax; Path=/
Server: nginx`;

/** Returns the good page's fields with one replaced, or left out. */
function but(name: string, value?: string): string {
  const others = GOOD.split("\n").filter((line) => !line.startsWith(`${name}:`)).join("\n");
  return value === undefined ? others : `${others}\n${name}: ${value}`;
}

const HSTS = "Strict-Transport-Security";
const CSP = "Content-Security-Policy";
const ORIGIN = "Access-Control-Allow-Origin";

for (
  const [name, head, expected, asked] of [
    ["nothing is wrong", GOOD, []],
    [
      "HSTS is missing",
      but(HSTS),
      [`missing ${HSTS}: a visitor who types the name goes over http first, which can be caught`],
    ],
    [
      "HSTS holds for a month",
      but(HSTS, "max-age=2592000; includeSubDomains"),
      [`weak ${HSTS}: it holds for 30 days: take a year (max-age=31536000)`],
    ],
    ["HSTS holds for a year", but(HSTS, 'includeSubDomains; max-age="31536000"'), []],
    [
      "HSTS holds a second less than a year",
      but(HSTS, "max-age=31535999; includeSubDomains"),
      [`weak ${HSTS}: it holds for 364 days: take a year (max-age=31536000)`],
    ],
    ["HSTS is taken back", but(HSTS, "max-age=0"), [
      `weak ${HSTS}: max-age=0 makes browsers forget it`,
    ]],
    [
      "HSTS has no time",
      but(HSTS, "includeSubDomains"),
      [`weak ${HSTS}: it has no max-age that is a number: browsers ignore it`],
    ],
    [
      "HSTS leaves out names below",
      but(HSTS, "max-age=31536000"),
      [`weak ${HSTS}: it leaves out the names below this one: add includeSubDomains`],
    ],
    ["the host is an address", but(HSTS), [], { url: "https://[2001:db8::1]/" }],
    [
      "http is spoken",
      but(HSTS),
      ["missing https: whoever is on the way can read and change this: send visitors to https"],
      { url: "http://example.org/" },
    ],
    ["http is spoken on this machine", but(HSTS), [], { url: "http://127.0.0.1:8080/" }],
    [
      "http leads to https",
      "Location: https://example.org/\nCache-Control: no-cache",
      [],
      { url: "http://example.org/", status: 301 },
    ],
    [
      "CSP is missing, and so is the rule for frames",
      but(CSP),
      [
        `missing ${CSP}: a script that somebody smuggles into the page runs: nothing forbids it`,
        "missing X-Frame-Options: any site may show the page in a frame and catch clicks: add frame-ancestors",
      ],
    ],
    [
      "CSP only reports",
      `${but(CSP)}\n${CSP}-Report-Only: default-src 'self'\nX-Frame-Options: DENY`,
      [`weak ${CSP}: there is only the one that reports: it blocks nothing`],
    ],
    [
      "CSP allows everything",
      but(CSP, "script-src * 'unsafe-inline' 'unsafe-eval'; frame-ancestors *"),
      [
        `weak ${CSP}: 'unsafe-inline' lets every script in the page run: use nonces or hashes`,
        `weak ${CSP}: 'unsafe-eval' lets text become a script`,
        `weak ${CSP}: scripts may come from anywhere (*)`,
        `weak ${CSP}: it says nothing of plug-ins: add object-src 'none'`,
        `weak ${CSP}: a smuggled <base> moves every link: add base-uri 'none'`,
        `weak ${CSP}: frame-ancestors * lets any site show the page in a frame`,
      ],
    ],
    [
      "CSP has nonces beside what old browsers need",
      but(
        CSP,
        "script-src 'nonce-abc' 'strict-dynamic' https: 'unsafe-inline'; object-src 'none'; " +
          "base-uri 'none'; frame-ancestors 'self'",
      ),
      [],
    ],
    [
      "two policies together are strict",
      but(CSP, "default-src *; frame-ancestors 'none', script-src 'self'; base-uri 'none'"),
      [],
    ],
    [
      "the rule for frames is an old one",
      `${
        but(CSP, "default-src 'self'; base-uri 'none'")
      }\nX-Frame-Options: ALLOW-FROM https://a.example`,
      ["weak X-Frame-Options: browsers ignore ALLOW-FROM https://a.example: take DENY or SAMEORIGIN"],
    ],
    [
      "the type may be guessed",
      but("X-Content-Type-Options"),
      ["missing X-Content-Type-Options: browsers may take it for a script or a page: say nosniff"],
    ],
    [
      "the type may be guessed all the same",
      but("X-Content-Type-Options", "yes"),
      ["weak X-Content-Type-Options: browsers ignore yes: nosniff is the only value"],
    ],
    [
      "no charset is said",
      but("Content-Type", "text/html"),
      ["weak Content-Type: without a charset browsers guess it: add charset=utf-8"],
    ],
    [
      "no type is said",
      but("Content-Type"),
      ["missing Content-Type: browsers guess what it is, and may run it"],
    ],
    [
      "no policy for referrers is said",
      but("Referrer-Policy"),
      ["missing Referrer-Policy: each browser decides what other sites learn of the URL"],
    ],
    [
      "the policy for referrers tells all",
      but("Referrer-Policy", "no-referrer, unsafe-url, new-one"),
      ["weak Referrer-Policy: unsafe-url tells other sites the whole URL"],
    ],
    [
      "a cookie has no flag",
      `${but("Set-Cookie", "sid=\x1b1")}\nCache-Control: private`,
      [
        "weak Set-Cookie: sid: without Secure it goes over http as well; without HttpOnly scripts may " +
        "read it; without SameSite other sites may have it sent",
      ],
    ],
    [
      "a cookie is for other sites, and not secure",
      but("Set-Cookie", "sid=1; HttpOnly; SameSite=None"),
      [
        "weak Set-Cookie: sid: without Secure it goes over http as well; " +
        "browsers drop SameSite=None without Secure",
      ],
    ],
    ["a cookie is for other sites", but("Set-Cookie", "s=1; HttpOnly; Secure; SameSite=None"), []],
    [
      "a cookie does not hold what its name promises",
      but("Set-Cookie", "__Host-s=1; HttpOnly; Secure; SameSite=Odd; Path=/a"),
      [
        "weak Set-Cookie: __Host-s: SameSite=Odd is none: take Lax or Strict; browsers drop a name that " +
        "begins __Host- without Secure and Path=/, or with a Domain",
      ],
    ],
    ["any site may read it, without credentials", `${GOOD}\n${ORIGIN}: *`, []],
    [
      "any site may read it, with credentials",
      `${GOOD}\n${ORIGIN}: *\nAccess-Control-Allow-Credentials: true`,
      [`weak ${ORIGIN}: * together with credentials: browsers refuse it, so name the origins`],
    ],
    [
      "null may read it",
      `${GOOD}\n${ORIGIN}: null\nVary: Origin`,
      [`weak ${ORIGIN}: null is the origin of any page in a sandbox: anybody can have it`],
    ],
    [
      "whoever asks may read it",
      `${GOOD}\n${ORIGIN}: https://evil.example\nAccess-Control-Allow-Credentials: true`,
      [
        `weak ${ORIGIN}: it repeats the origin that asked, with credentials: see if any will do`,
        "weak Vary: a cache may give the answer for one origin to another: add Origin",
      ],
      { origin: "https://evil.example" },
    ],
    [
      "a page over http may read it",
      `${GOOD}\n${ORIGIN}: http://a.example\nVary: Accept, Origin`,
      [`weak ${ORIGIN}: a page that came over http may read it, and whoever changed that`],
    ],
    [
      "several origins are named",
      `${GOOD}\n${ORIGIN}: https://a.example, https://b.example`,
      [`weak ${ORIGIN}: it names more than one origin: browsers refuse it`],
    ],
    [
      "caches are told nothing",
      "Content-Type: image/png\nX-Content-Type-Options: nosniff",
      ["missing Cache-Control: each cache guesses how long it may keep this"],
      { url: "http://127.0.0.1/" },
    ],
    [
      "a cookie may be kept for others",
      but("Cache-Control", "public, max-age=60"),
      ["weak Cache-Control: a shared cache may give one visitor's cookie to others: say private"],
    ],
    [
      "versions are told",
      `${but("Server", "Apache/2.4.62 (Debian)")}\nX-Powered-By: PHP/8.2`,
      [
        "weak Server: it tells the version (Apache/2.4.62 (Debian)), and so its known holes",
        "weak X-Powered-By: it tells what runs here (PHP/8.2), and serves nobody else",
      ],
    ],
  ] as readonly (readonly [string, string, readonly string[], Asked?])[]
) {
  Deno.test(`auditHead() tells what is missing or weak when ${name}`, () => {
    assertEquals(findings(head, asked), [...expected]);
  });
}

Deno.test("auditHead() shows what a peer sent harmlessly, and shortly", () => {
  const said = findings(
    `Server: ${"1\x1b[2J".repeat(999)}\nSet-Cookie: ${"\x07".repeat(999)}=1\n${ORIGIN}: \x9b`,
  );
  assert(said.length > 4);
  for (const line of said) {
    assert(line.length < 400);
    assertMatch(line, /^[\x20-\x7e\u2026]*$/);
  }
});
