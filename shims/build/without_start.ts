/** The last statement of a program's file, as the compiler writes it. */
const START = /^if \([^\n]*\bimport\.meta\b[^\n]*\)\s+Deno\.exit\(await [\w.]+\(Deno\.args\)\);\n/m;
const IMPORT = /^import \{ dntIsMain \} from "[^"]+";[ \n]/m;
/** What may ask the question, whoever built the package. */
const QUESTION = /\bdntIsMain\b|import\.meta\.main|import-meta-ponyfill/;

/**
 * Takes the statement out of a module that starts it where it is the main module. In a bundle every module has the
 * address of the bundle, so that whoever imports a program would become it; and a module that awaits cannot be required.
 */
export function withoutStart(code: string): string {
  const rest = code.replace(START, "").replace(IMPORT, "");
  const [asked] = QUESTION.exec(rest) ?? [];
  if (asked === undefined) return rest;
  throw new Error(`Leave out ${asked}: a module of the package starts nothing`);
}
