/** Says that the command line is wrong: the program prints it with its usage and exits with code 2. */
export class UsageError extends Error {
  /** The class's name. */
  override readonly name = "UsageError";
}
