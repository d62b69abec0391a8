import "./cheap_errors.ts";
import { testInWorkers } from "./in_workers.ts";

testInWorkers("protocols", { inputs: 1_000_000 });
