import { escapeControls, type EscapeControlsOptions } from "../../codec/escape_controls.ts";
import { counted } from "../../net/counted.ts";
import { formatAddress } from "../../net/address.ts";
import { harmless } from "./harmless_text.ts";
import type { MultipartPart } from "./multipart.ts";
import type { RequestRecord } from "./request_record.ts";

/** Returns in words how a request came: `127.0.0.1:50312 to 127.0.0.1:8080`. */
export function addressesText({ connection }: RequestRecord): string {
  const { remote, local } = connection;
  return escapeControls(`${formatAddress(remote)} to ${formatAddress(local)}`);
}

/** Returns in words what its connection is: `#0, 2 requests so far, TLS`. */
export function connectionText({ connection }: RequestRecord): string {
  const { id, requests, tls } = connection;
  return `#${id}, ${counted(requests, "request")} so far, ${tls ? "TLS" : "no TLS"}`;
}

/** Returns in words what body a request has: `12 bytes, application/json`. */
export function bodyText({ body, contentType }: RequestRecord): string {
  switch (body.state) {
    case "none":
      return "none";
    case "whole": {
      const type = contentType === undefined ? "no type given" : harmless(contentType);
      return `${counted(body.bytes.length, "byte")}, ${type}`;
    }
    case "too-large":
      return `more than ${counted(body.maxBytes, "byte")}, which are not kept`;
    case "cut":
      return `not all of it came: ${escapeControls(body.reason)}`;
  }
}

/** Returns in words what the percent-encoding of a pair stands for. */
export function meaning(
  name: string | undefined,
  value: string | undefined,
  options: EscapeControlsOptions = {},
): string {
  const shown = (text: string) => escapeControls(JSON.stringify(text), options);
  if (name === undefined) return shown(value ?? "");
  return value === undefined ? `name ${shown(name)}` : `name ${shown(name)}, value ${shown(value)}`;
}

/** Returns in words what a part of a multipart body is: `photo, file cat.png, image/png, 2048 bytes`. */
export function partText({ name = "(no name)", filename, type, bytes }: MultipartPart): string {
  const said = [
    name,
    ...filename === undefined ? [] : [`file ${filename}`],
    ...type === undefined ? [] : [type],
    counted(bytes, "byte"),
  ];
  return escapeControls(said.join(", "));
}
