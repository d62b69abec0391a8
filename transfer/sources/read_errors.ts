import { messageOf, systemCodeOf } from "../../net/errors.ts";

/** Why a file with such a name cannot be sent: what goes over the wire is text. */
export const NAME_IS_NO_TEXT = "its name is no UTF-8";

/** Returns why a file cannot be read, as a phrase. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotCapable) return "Deno has no permission to read it";
  if (error instanceof Deno.errors.PermissionDenied) return "the system does not allow to read it";
  if (systemCodeOf(error) === "EAGAIN") return "the system would have to wait for it";
  return messageOf(error);
}

/** Returns an error of Node's file calls as Deno has it, whichever runtime this is. */
export function denoErrorOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  switch (systemCodeOf(error)) {
    case "ENOENT":
      return new Deno.errors.NotFound(error.message, { cause: error });
    case "EACCES":
    case "EPERM":
      return new Deno.errors.PermissionDenied(error.message, { cause: error });
    default:
      return error;
  }
}
