// Opens COUNT connections that say nothing, prints "open", and holds them until stdin ends. Arguments: PORT COUNT
const [port = 0, count = 0] = Deno.args.map(Number);
const conns: Deno.TcpConn[] = [];
while (conns.length < count) {
  const some = Math.min(100, count - conns.length);
  const dials = Array.from({ length: some }, () => Deno.connect({ hostname: "127.0.0.1", port }));
  conns.push(...await Promise.all(dials));
}
console.log("open");
await Deno.stdin.read(new Uint8Array(1));
