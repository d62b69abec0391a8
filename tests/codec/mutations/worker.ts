// Decodes what one codec is sent in a thread of its own.

import "./cheap_errors.ts";
import { MUTATED_CODECS } from "./mutated_codecs.ts";
import { runMutations } from "./mutations.ts";
import type { WorkerAnswer, WorkerTask } from "./in_workers.ts";

/** What the runtime gives a worker; the types that the tests are checked with know windows alone. */
interface WorkerScope {
  onmessage: (event: { data: WorkerTask }) => void;
  postMessage: (answer: WorkerAnswer) => void;
}

// This file is loaded as a worker and in no other way.
const scope = globalThis as unknown as WorkerScope;
scope.onmessage = ({ data: { group, name, ...options } }) => {
  const mutated = MUTATED_CODECS[group].find((one) => one.name === name)!;
  try {
    runMutations(mutated, options);
    scope.postMessage({});
  } catch (error) {
    scope.postMessage({ problem: error instanceof Error ? error.message : String(error) });
  }
};
