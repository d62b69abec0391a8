import { type Case, takeCases } from "./stand_in.ts";

/** How a case ended. */
export interface CaseResult {
  readonly file: string;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "ignored";
  /** Why it failed, or was ignored. */
  readonly message?: string;
}

/** Test files by their names: each registers its cases when it is loaded. */
export type TestFiles = Readonly<Record<string, () => Promise<unknown>>>;

/** How the files are run. */
export interface RunOptions {
  /** Is told each result as it comes. */
  onResult?: (result: CaseResult) => void;
  /** A case that takes longer has failed: nothing else would ever end it. @default 60000 */
  limitMs?: number;
}

/** Runs every case of every file, one after the other. */
export async function runFiles(
  files: TestFiles,
  { onResult = () => {}, limitMs = 60_000 }: RunOptions = {},
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  function note(result: CaseResult): void {
    results.push(result);
    onResult(result);
  }
  for (const [file, load] of Object.entries(files)) {
    for (const one of await casesOf(load)) {
      const { name } = one;
      const reason = reasonOf(one);
      if (reason !== undefined) note({ file, name, outcome: "ignored", message: reason });
      else note({ file, name, ...await outcomeOf(one, limitMs) });
    }
    // The page is drawn.
    await new Promise((resolve) => setTimeout(resolve));
  }
  return results;
}

async function casesOf(load: () => Promise<unknown>): Promise<Case[]> {
  try {
    await load();
  } catch (error) {
    takeCases();
    return [{
      name: "the file is loaded",
      ignore: false,
      body() {
        throw error;
      },
    }];
  }
  return takeCases();
}

/** Returns why a case is ignored; names say it at their ends. */
function reasonOf({ name, ignore }: Case): string | undefined {
  if (!ignore) return undefined;
  return /\(([^()]*)\)$/.exec(name)?.[1] ?? "no reason given";
}

async function outcomeOf(
  { body }: Case,
  limitMs: number,
): Promise<Pick<CaseResult, "outcome" | "message">> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`Did not end within ${limitMs} ms`)), limitMs);
  try {
    await Promise.race([body(), late]);
    return { outcome: "passed" };
  } catch (error) {
    return { outcome: "failed", message: uncoloured(String(error)) };
  } finally {
    clearTimeout(timer);
  }
}

function uncoloured(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b\[\d+m/g, "");
}
