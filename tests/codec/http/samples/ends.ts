import { CHUNKED, type HttpSample, withChunks, withFields } from "./sample.ts";

const HEAD = withFields("Content-Length: 5");

/** Samples of requests that the end of the stream cuts: nothing of them is a request. */
export const ENDS: readonly HttpSample[] = [
  ...["G", "GET", "GET ", "GET /", "GET / HTTP/1.1", "GET / HTTP/1.1\r"].map((bytes) => ({
    name: `the end inside a request line behind ${JSON.stringify(bytes)}`,
    bytes,
  })),
  ...["", "Ho", "Host:", "Host: a", "Host: a\r", "Host: a\r\n", "Host: a\r\n\r"].map((fields) => ({
    name: `the end inside the fields behind ${JSON.stringify(fields)}`,
    bytes: `GET / HTTP/1.1\r\n${fields}`,
  })),
  { name: "the end in front of a body", bytes: HEAD, messages: [{ body: 5 }] },
  { name: "the end inside a body", bytes: `${HEAD}hell`, messages: [{ body: 5 }, "hell"] },
  ...["", "5", "5;a", "5\r", "5\r\n"].map((chunks) => ({
    name: `the end inside chunks behind ${JSON.stringify(chunks)}`,
    bytes: withChunks(chunks),
    messages: [CHUNKED],
  })),
  { name: "the end inside a chunk", bytes: withChunks("5\r\nhel"), messages: [CHUNKED, "hel"] },
  ...["", "\r", "\r\n", "\r\n0", "\r\n0\r", "\r\n0\r\n", "\r\n0\r\n\r", "\r\n0\r\nX: y\r\n"].map(
    (rest) => ({
      name: `the end inside chunks behind the data and ${JSON.stringify(rest)}`,
      bytes: withChunks(`5\r\nhello${rest}`),
      messages: [CHUNKED, "hello"],
    }),
  ),
].map((sample) => ({ ...sample, code: "unexpected-end" }));
