import { ExplainedError } from "./explained_error.ts";

/** Says that a server cannot start for a reason that has nothing to do with its address; the message is the line. */
export class StartError extends ExplainedError {
  /** The class's name. */
  override readonly name = "StartError";
}
