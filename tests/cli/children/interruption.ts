// Waits for a signal, says that it came, and waits for ever.
import { interruption } from "../../../cli/interruption.ts";
import { systemIo } from "../../../cli/io.ts";

using interrupt = interruption(systemIo);
// Without it nothing would keep the process.
const timer = setInterval(() => {}, 60_000);
const { signal } = interrupt;
signal.addEventListener("abort", () => console.log(String(signal.reason)));
console.log("ready");
await new Promise(() => {});
clearInterval(timer);
