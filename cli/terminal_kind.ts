/** What a terminal calls itself that obeys nothing. */
const DUMB = ["", "dumb", "unknown"];

let obeys: boolean | undefined;

/**
 * Says whether the terminal obeys escape sequences: one that is `dumb`, or does not say what it is (`TERM`), does not.
 * A program that may not read `TERM` takes it for one that does.
 */
export function obeysEscapes(): boolean {
  return obeys ??= Deno.build.os === "windows" || !DUMB.includes(terminalName());
}

function terminalName(): string {
  // To ask for what is not allowed would ask the person.
  const { state } = Deno.permissions.querySync({ name: "env", variable: "TERM" });
  return state === "granted" ? Deno.env.get("TERM") ?? "" : "not known";
}
