import { assertEquals, assertFalse, assertThrows } from "@std/assert";
import { hmacSha256 } from "../../../codec/hashing.ts";
import type { WebhookSecret } from "../../../headers/webhooks/verification.ts";
import { verifyWebhook } from "../../../headers/webhooks/verify_webhook.ts";

const EVERYBODY = "It's a Secret to Everybody";
const HELLO = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const SIGNED_AT = 1_700_000_000;
const EVENT = '{"id":"evt_1"}';
const [STRIPE, OLDER_STRIPE] = ["whsec_parley", "whsec_older"];
const STRIPE_MAC = "2fbd55e5e72df2a1c1bc0443e803d518c283b87d4614fcd1c8e593b9fdd03e21";
const OLDER_STRIPE_MAC = "7ab0ad53d3a361527692928af7d08100892bb8c7108dbcebabbd018aa1e26637";
const SLACK = "8f742231b10e8888abcd99yyyzzz85a5";
const SLACK_MAC = "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const SLACK_BODY = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&" +
  "channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&" +
  "command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands" +
  "%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&" +
  "trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

interface Case {
  readonly name: string;
  readonly secret: WebhookSecret;
  readonly fields: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly now?: number;
  readonly is: string;
}

const github = (secret = EVERYBODY): WebhookSecret => ({ provider: "github", secret });
const stripe = (secret = STRIPE): WebhookSecret => ({ provider: "stripe", secret });
const slack = (secret = SLACK): WebhookSecret => ({ provider: "slack", secret });
const slackFields = (at = 1531420618, mac = SLACK_MAC) => ({
  "x-slack-signature": `v0=${mac}`,
  "x-slack-request-timestamp": String(at),
});
const HUB = "x-hub-signature-256";
const STRIPE_FIELD = "stripe-signature";
const stripeFields = (value: string) => ({ [STRIPE_FIELD]: value });

/** GitHub's and Slack's are the examples of their own documentation, the others were made with `openssl dgst -hmac`. */
const CASES: readonly Case[] = [
  {
    name: "GitHub's own example",
    secret: github(),
    fields: { [HUB]: `sha256=${HELLO}` },
    body: "Hello, World!",
    is: "holds",
  },
  {
    name: "GitHub's in capitals",
    secret: github(),
    fields: { [HUB]: `SHA256=${HELLO.toUpperCase()}` },
    body: "Hello, World!",
    is: "holds",
  },
  {
    name: "GitHub's over bytes that are no UTF-8",
    secret: github(),
    fields: {
      [HUB]: "sha256=87028e9f018b8a9332d98feb09247a2b167d7942d74e1b476f6dfe5b11b42e43",
    },
    body: Uint8Array.of(0, 255, 254),
    is: "holds",
  },
  {
    name: "GitHub's over no body",
    secret: github(),
    fields: {
      [HUB]: "sha256=66a0c074deaa0f489ead6537e0d32f9a344b90bbeda705b6ed45ecd3b413fb40",
    },
    body: "",
    is: "holds",
  },
  {
    name: "GitHub's over a body with one byte more",
    secret: github(),
    fields: { [HUB]: `sha256=${HELLO}` },
    body: "Hello, World!\n",
    is: "other-secret",
  },
  {
    name: "GitHub's with a newline behind our secret",
    secret: github(`${EVERYBODY}\n`),
    fields: { [HUB]: `sha256=${HELLO}` },
    body: "Hello, World!",
    is: "blank-in-secret",
  },
  {
    name: "GitHub's with a blank in front of our secret",
    secret: github(` ${EVERYBODY}`),
    fields: { [HUB]: `sha256=${HELLO}` },
    body: "Hello, World!",
    is: "blank-in-secret",
  },
  {
    name: "GitHub's with a newline behind its own secret",
    secret: github(),
    fields: { [HUB]: `sha256=${hmacSha256(`${EVERYBODY}\n`, "Hello, World!")}` },
    body: "Hello, World!",
    is: "blank-in-secret",
  },
  {
    name: "GitHub's where our secret is blank",
    secret: github(" "),
    fields: { [HUB]: `sha256=${HELLO}` },
    body: "Hello, World!",
    is: "other-secret",
  },
  { name: "none of GitHub's", secret: github(), fields: {}, is: "none" },
  {
    name: "GitHub's old one alone",
    secret: github(),
    fields: { "x-hub-signature": "sha1=01dc10d0c83e72ed246219cdd91669667fe2ca59" },
    is: "legacy",
  },
  {
    name: "a short one of GitHub's",
    secret: github(),
    fields: { [HUB]: "sha256=75" },
    is: "malformed",
  },
  {
    name: "GitHub's without its scheme",
    secret: github(),
    fields: { [HUB]: HELLO },
    is: "malformed",
  },
  {
    name: "two of GitHub's",
    secret: github(),
    fields: { [HUB]: `sha256=${HELLO}, sha256=${HELLO}` },
    is: "malformed",
  },
  {
    name: "Stripe's",
    secret: stripe(),
    fields: stripeFields(`t=${SIGNED_AT},v1=${STRIPE_MAC},v0=00`),
    is: "holds",
  },
  {
    name: "Stripe's while its secret is rolled, with ours first",
    secret: stripe(),
    fields: stripeFields(`t=${SIGNED_AT}, v1=${STRIPE_MAC}, v1=${OLDER_STRIPE_MAC}`),
    is: "holds",
  },
  {
    name: "Stripe's while its secret is rolled, with ours last",
    secret: stripe(OLDER_STRIPE),
    fields: stripeFields(`v1=${STRIPE_MAC},v1=${OLDER_STRIPE_MAC},t=${SIGNED_AT}`),
    is: "holds",
  },
  {
    name: "Stripe's that is as old as it may be",
    secret: stripe(),
    fields: stripeFields(`t=${SIGNED_AT},v1=${STRIPE_MAC}`),
    now: SIGNED_AT + 300,
    is: "holds",
  },
  {
    name: "Stripe's that is a second older",
    secret: stripe(),
    fields: stripeFields(`t=${SIGNED_AT},v1=${STRIPE_MAC}`),
    now: SIGNED_AT + 301,
    is: "too-old",
  },
  {
    name: "Stripe's that is as far ahead as it may be",
    secret: stripe(),
    fields: stripeFields(`t=${SIGNED_AT},v1=${STRIPE_MAC}`),
    now: SIGNED_AT - 300,
    is: "holds",
  },
  {
    name: "Stripe's that is a second further ahead",
    secret: stripe(),
    fields: stripeFields(`t=${SIGNED_AT},v1=${STRIPE_MAC}`),
    now: SIGNED_AT - 301,
    is: "in-the-future",
  },
  {
    name: "Stripe's with another time",
    secret: stripe(),
    fields: stripeFields(`t=${SIGNED_AT + 1},v1=${STRIPE_MAC}`),
    is: "other-secret",
  },
  {
    name: "Stripe's with another secret, though it is old as well",
    secret: stripe("whsec_other"),
    fields: stripeFields(`t=${SIGNED_AT},v1=${STRIPE_MAC}`),
    now: SIGNED_AT + 9999,
    is: "other-secret",
  },
  {
    name: "Stripe's with a blank behind our secret, though it is old as well",
    secret: stripe(`${STRIPE} `),
    fields: stripeFields(`t=${SIGNED_AT},v1=${STRIPE_MAC}`),
    now: SIGNED_AT + 9999,
    is: "blank-in-secret",
  },
  { name: "none of Stripe's", secret: stripe(), fields: {}, is: "none" },
  ...["", "t=1", `v1=${STRIPE_MAC}`, `t=x,v1=${STRIPE_MAC}`, `t=1,t=1,v1=${STRIPE_MAC}`, "t=1,v1=9"]
    .map((value) => ({
      name: `${JSON.stringify(value)} of Stripe's`,
      secret: stripe(),
      fields: stripeFields(value),
      is: "malformed",
    })),
  {
    // Work that is not linear in the blanks would take hours.
    name: "a million blanks in Stripe's",
    secret: stripe(),
    fields: stripeFields(`t=${" ".repeat(1_000_000)}x,v1=${STRIPE_MAC}`),
    is: "malformed",
  },
  {
    name: "more of Stripe's than there can be",
    secret: stripe(),
    fields: stripeFields(`t=${SIGNED_AT}${`,v1=${STRIPE_MAC}`.repeat(17)}`),
    is: "malformed",
  },
  {
    name: "Slack's own example",
    secret: slack(),
    fields: slackFields(),
    body: SLACK_BODY,
    now: 1531420618,
    is: "holds",
  },
  {
    name: "Slack's own example today",
    secret: slack(),
    fields: slackFields(),
    body: SLACK_BODY,
    is: "too-old",
  },
  {
    name: "Slack's with another time",
    secret: slack(),
    fields: slackFields(1531420619),
    body: SLACK_BODY,
    is: "other-secret",
  },
  { name: "none of Slack's", secret: slack(), fields: {}, is: "none" },
  {
    name: "Slack's without its time",
    secret: slack(),
    fields: { "x-slack-signature": `v0=${SLACK_MAC}` },
    is: "malformed",
  },
  {
    name: "Slack's with a time that is none",
    secret: slack(),
    fields: { ...slackFields(), "x-slack-request-timestamp": "-1" },
    is: "malformed",
  },
  {
    name: "Slack's of another version",
    secret: slack(),
    fields: { ...slackFields(), "x-slack-signature": `v1=${SLACK_MAC}` },
    is: "malformed",
  },
];

for (const { name, secret, fields, body = EVENT, now = SIGNED_AT, is } of CASES) {
  Deno.test(`verifyWebhook() says ${is} when a request has ${name}`, () => {
    const said = verifyWebhook(secret, {
      fields: { get: (name) => fields[name.toLowerCase()] },
      body: typeof body === "string" ? new TextEncoder().encode(body) : body,
      nowMs: now * 1000,
    });
    assertEquals([said.provider, said.holds ? "holds" : said.why], [secret.provider, is]);
    assertFalse(said.text.includes(secret.secret.trim() || "It's a"), said.text);
  });
}

Deno.test("verifyWebhook() says so when the body was not kept", () => {
  const fields = { get: () => `sha256=${HELLO}` };
  assertEquals(verifyWebhook(github(), { fields, body: undefined, nowMs: 0 }), {
    provider: "github",
    holds: false,
    why: "body-too-large",
    text: "cannot be checked: the body is too large to be kept",
  });
});

Deno.test("verifyWebhook() refuses a secret when it is empty", () => {
  const request = { fields: { get: () => undefined }, body: new Uint8Array(), nowMs: 0 };
  assertThrows(() => verifyWebhook(github(""), request), TypeError, "the secret is empty");
});
