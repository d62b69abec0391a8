// Imports every program, as a user of the package does, and says when all of them are there.

import { programs } from "../../../cli.ts";

console.log(programs.map(({ kind, name }) => `${kind} ${name}`).join("\n"));
