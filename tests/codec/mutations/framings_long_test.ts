import "./cheap_errors.ts";
import { testInWorkers } from "./in_workers.ts";

testInWorkers("framings", { inputs: 1_000_000 });
