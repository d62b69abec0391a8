/** Until it is disposed, whoever connects seems to come from another machine. */
export function fromFarAway(): Disposable {
  const { listen } = Deno;
  function listenFar(options: Deno.TcpListenOptions): object {
    const listener = listen(options);
    return {
      addr: listener.addr,
      close: () => listener.close(),
      async accept() {
        const conn = await listener.accept();
        return {
          localAddr: conn.localAddr,
          remoteAddr: { transport: "tcp", hostname: "192.0.2.7", port: 7 },
          read: (into: Uint8Array) => conn.read(into),
          write: (bytes: Uint8Array) => conn.write(bytes),
          closeWrite: () => conn.closeWrite(),
          close: () => conn.close(),
        };
      },
    };
  }
  // It has what serve() asks of a listener, and stands for listen() only where TCP options are given.
  Deno.listen = listenFar as typeof Deno.listen;
  return { [Symbol.dispose]: () => void (Deno.listen = listen) };
}
