/** In which Linux counts the time of a processor, for every program and machine. */
const TICK_MS = 10;

/** Returns how many milliseconds of a processor a process has had so far, with all its threads. */
export function processorMs(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  // The name in front may hold anything; behind it the 12th and 13th field are the times of the program and of the system.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
