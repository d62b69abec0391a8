// What explain() says where nothing is allowed. Run without any permission.
import { explain, formatExplanation } from "../../../net/explain.ts";

const address = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;
console.log(
  formatExplanation(await explain(new Deno.errors.AddrInUse(), { tried: "listen", address })),
);
