/** How a module gets the shim: from a module of its own, which hands on the namespace as one object. */
const IMPORT = /^import \{ Deno \} from "([./]+)_dnt\.shims\.js";/m;

/**
 * Has a module import the shim as the namespace that it is: of a namespace a bundler leaves out what nobody names, of an
 * object that is handed on it leaves out nothing.
 */
export function withDirectShims(code: string): string {
  return code.replace(IMPORT, 'import * as Deno from "$1shims/namespace.js";');
}
