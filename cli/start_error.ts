/** Says that a server cannot start for a reason that has nothing to do with its address; the message is the line. */
export class StartError extends Error {
  /** The class's name. */
  override readonly name = "StartError";
}
