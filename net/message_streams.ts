/** What the two streams of a connection are made of. */
interface MessageEnds<In, Out> {
  next(): Promise<IteratorResult<In, undefined>>;
  send(message: Out): Promise<void>;
  closeWrite(): Promise<void>;
  abort(reason: unknown): void;
}

/** Returns a stream of what a connection receives; it asks for a message only when somebody reads. */
export function messagesOf<In>(connection: MessageEnds<In, never>): ReadableStream<In> {
  return new ReadableStream<In>({
    async pull(controller) {
      const { done, value } = await connection.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => connection.abort(reason),
  }, { highWaterMark: 0 });
}

/** Returns a stream that sends what is written to it. */
export function sinkOf<Out>(connection: MessageEnds<unknown, Out>): WritableStream<Out> {
  return new WritableStream<Out>({
    start({ signal }) {
      // `abort` below is called only when the pending write has settled, which a peer that reads nothing delays.
      signal.addEventListener("abort", () => connection.abort(signal.reason), { once: true });
    },
    write: (message) => connection.send(message),
    close: () => connection.closeWrite(),
    abort: (reason) => connection.abort(reason),
  });
}
