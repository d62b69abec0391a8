import { assertEquals, assertThrows } from "@std/assert";
import { TokenBucket } from "../../net/token_bucket.ts";

Deno.test("TokenBucket lets one second's worth pass without a delay", () => {
  const bucket = new TokenBucket(10, 0);
  bucket.take(10, 0);
  assertEquals(bucket.delay(0), 0);
  bucket.take(1, 0);
  assertEquals(bucket.delay(0), 100);
});

Deno.test("TokenBucket pays its debt with time", () => {
  const bucket = new TokenBucket(100, 1000);
  bucket.take(350, 1000);
  assertEquals([bucket.delay(1000), bucket.delay(3000), bucket.delay(3499)], [2500, 500, 1]);
  assertEquals(bucket.delay(3500), 0);
});

Deno.test("TokenBucket saves up no more than one second's worth", () => {
  const bucket = new TokenBucket(10, 0);
  bucket.take(20, 1e9);
  assertEquals(bucket.delay(1e9), 1000);
});

Deno.test("TokenBucket rounds a delay up, so that it is over when it has been waited for", () => {
  for (const perSecond of [3, 7, 0.3, 1e6 / 7]) {
    const bucket = new TokenBucket(perSecond, 0);
    bucket.take(perSecond * 2 + 1, 1e9);
    const delay = bucket.delay(1e9);
    assertEquals([Number.isInteger(delay), bucket.delay(1e9 + delay)], [true, 0]);
  }
});

Deno.test("TokenBucket never delays when its rate is Infinity", () => {
  const bucket = new TokenBucket(Infinity, 0);
  bucket.take(1e15, 0);
  assertEquals(bucket.delay(0), 0);
});

Deno.test("TokenBucket refuses a rate that is none", () => {
  for (const rate of [0, -1, NaN]) {
    assertThrows(
      () => new TokenBucket(rate, 0),
      RangeError,
      `Cannot limit to ${rate} a second: the rate is a number over 0`,
    );
  }
});
