/** How a side of ws is told to compress. */
export interface CompressionOfWs {
  readonly threshold?: number;
  readonly serverNoContextTakeover?: boolean;
  readonly clientNoContextTakeover?: boolean;
  readonly serverMaxWindowBits?: number;
  readonly clientMaxWindowBits?: number | boolean;
}

/** As much of a socket of ws as the tests use. */
export class WebSocket {
  constructor(
    url: string,
    protocols?: readonly string[],
    options?: {
      perMessageDeflate?: boolean | CompressionOfWs;
      headers?: Readonly<Record<string, string>>;
    },
  );
  binaryType: string;
  readonly protocol: string;
  readonly extensions: string;
  addEventListener(type: string, listener: (event: Event) => void): void;
  send(
    data: string | Uint8Array<ArrayBuffer>,
    options?: { binary?: boolean; fin?: boolean; compress?: boolean },
  ): void;
  ping(data: Uint8Array): void;
  close(code?: number, reason?: string): void;
  once(event: "ping" | "pong", listener: (data: Uint8Array) => void): this;
  once(
    event: "unexpected-response",
    listener: (request: unknown, response: Response) => void,
  ): this;
}

interface Response {
  readonly statusCode: number;
  resume(): void;
}

/** As much of a server of ws as the tests use. */
export class WebSocketServer {
  constructor(options: {
    host: string;
    port: number;
    perMessageDeflate: boolean | CompressionOfWs;
    handleProtocols?: (offered: Set<string>) => string | false;
  });
  readonly clients: Set<WebSocket>;
  address(): { readonly port: number };
  on(event: "listening", listener: () => void): this;
  on(
    event: "connection",
    listener: (
      socket: WebSocket,
      request: { readonly headers: Readonly<Record<string, string>> },
    ) => void,
  ): this;
  close(done: () => void): void;
}
