// What the contract needs a process of its own for. Arguments: the task, and what it is given.
const [task, ...args] = Deno.args;

const TASKS = {
  /** Says what it was given. */
  args: () => {
    console.log(JSON.stringify(args));
    return Promise.resolve();
  },
  /** Ends with a code. */
  exit: () => Deno.exit(Number(args[0])),
  /** Counts its input by stream. */
  count: async () => {
    let length = 0;
    for await (const bytes of Deno.stdin.readable) length += bytes.length;
    console.log(length);
  },
  /** Reads its input by call, three bytes at a time. */
  read: async () => {
    const counts: (number | null)[] = [];
    for (let count: number | null = 0; count !== null;) {
      count = await Deno.stdin.read(new Uint8Array(3));
      counts.push(count);
    }
    console.log(JSON.stringify(counts));
  },
  /** Writes to both outputs by call and by stream. */
  write: async () => {
    const utf8 = (text: string) => new TextEncoder().encode(text);
    console.log(await Deno.stdout.write(utf8("call\n")));
    console.log(Deno.stderr.writeSync(utf8("sync\n")));
    const writer = Deno.stdout.writable.getWriter();
    await writer.write(utf8("stream\n"));
    writer.releaseLock();
    await Deno.stderr.write(utf8("error\n"));
  },
  /** Says whether its files are terminals. */
  terminal: () => {
    const files = [Deno.stdin, Deno.stdout, Deno.stderr];
    console.log(JSON.stringify(files.map((file) => file.isTerminal())));
    return Promise.resolve();
  },
  /** Listens, and ends all the same as nothing keeps it. */
  unref: () => {
    Deno.listen({ hostname: "127.0.0.1", port: 0 }).unref();
    console.log("listening");
    return Promise.resolve();
  },
  /** Waits for a connection that does not keep it, and ends. */
  unrefAccept: () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    listener.unref();
    void listener.accept();
    console.log("listening");
    return Promise.resolve();
  },
  /** Has a connection that nobody reads, and ends. */
  idle: async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await Deno.connect({ hostname: "127.0.0.1", port: listener.addr.port });
    await listener.accept();
    console.log("connected");
  },
  /** Hears a signal once, then no more. */
  signal: async () => {
    // What listens to a signal alone does not keep Node running.
    setInterval(() => {}, 1_000_000);
    await new Promise<void>((resolve) => {
      const listener = () => {
        Deno.removeSignalListener("SIGTERM", listener);
        resolve();
      };
      Deno.addSignalListener("SIGTERM", listener);
      Deno.addSignalListener("SIGTERM", listener);
      console.log("ready");
    });
    console.log("heard");
    // The next one ends it, as nobody listens to it any more.
    await new Promise(() => {});
  },
};

await TASKS[task as keyof typeof TASKS]();
