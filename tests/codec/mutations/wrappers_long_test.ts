import "./cheap_errors.ts";
import { testInWorkers } from "./in_workers.ts";

testInWorkers("wrappers", { inputs: 1_000_000 });
