import { testMutations } from "./mutations.ts";

testMutations({ inputs: 3_000 });
