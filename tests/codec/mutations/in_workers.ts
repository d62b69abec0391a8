import { assertEquals } from "@std/assert";
import { MUTATED_CODECS, type MutatedGroup } from "./mutated_codecs.ts";
import { type MutationsOptions, runMutations } from "./mutations.ts";

/** What a worker does. */
export interface WorkerTask extends MutationsOptions {
  readonly group: MutatedGroup;
  /** The codec. */
  readonly name: string;
}

/** What it found; nothing where all went well. */
export interface WorkerAnswer {
  readonly problem?: string;
}

/** As many as cores are sure to be there. A worker serves one codec: code that saw one alone is twice as fast. */
const THREADS = 2;

/** Node has another kind, which the package does not build: there one thread does a tenth of it, within its two minutes. */
const HAS_WORKERS = typeof Worker !== "undefined";

/**
 * Registers the test that so many mutated inputs for each codec of a group do no harm; what one function makes shares
 * them. PARLEY_MUTATIONS_SEED has other inputs drawn than those of seed 1, PARLEY_MUTATIONS_INPUTS so many of them.
 */
export function testInWorkers(group: MutatedGroup, options: { inputs: number }): void {
  const wanted = Number(Deno.env.get("PARLEY_MUTATIONS_INPUTS") ?? options.inputs);
  const inputs = HAS_WORKERS ? wanted : Math.ceil(wanted / 10);
  const seed = Number(Deno.env.get("PARLEY_MUTATIONS_SEED") ?? 1);
  Deno.test(`${inputs} mutated inputs for each of the ${group} do no harm, however they are cut`, async () => {
    const codecs: readonly { name: string; of: string }[] = MUTATED_CODECS[group];
    const tasks = codecs.map(({ name, of }): WorkerTask => {
      const sharing = codecs.filter((one) => one.of === of).length;
      return { group, name, seed, inputs: Math.ceil(inputs / sharing) };
    });
    const problems: string[] = [];
    async function work(): Promise<void> {
      for (let task; (task = tasks.shift());) {
        const { problem } = await run(task);
        if (problem !== undefined) problems.push(`${problem} (PARLEY_MUTATIONS_SEED=${seed})`);
      }
    }
    await Promise.all(Array.from({ length: THREADS }, work));
    assertEquals(problems, []);
  });
}

function run(task: WorkerTask): Promise<WorkerAnswer> {
  if (!HAS_WORKERS) return Promise.resolve(runHere(task));
  return new Promise((resolve) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    const end = (answer: WorkerAnswer) => {
      worker.terminate();
      resolve(answer);
    };
    worker.onmessage = ({ data }) => end(data);
    worker.onerror = (event) => {
      event.preventDefault();
      end({ problem: `${task.name}: ${event.message}` });
    };
    worker.postMessage(task);
  });
}

function runHere({ group, name, ...options }: WorkerTask): WorkerAnswer {
  try {
    runMutations(MUTATED_CODECS[group].find((one) => one.name === name)!, options);
    return {};
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
