import { type CaseResult, runFiles, type TestFiles } from "./harness.ts";

/** What the page needs of the document; its types would be those of every module, so they stay out. */
interface PageElement {
  className: string;
  textContent: string;
  append(...children: (PageElement | string)[]): void;
}
declare const document: {
  title: string;
  createElement(tag: string): PageElement & { open?: boolean };
  querySelector(selector: string): PageElement;
};

/** What a page of tests runs, and what it does not. */
export interface Suite {
  readonly files: TestFiles;
  /** Files that cannot run in a page, and why. */
  readonly denoOnly: Readonly<Record<string, string>>;
}

/** Runs the test files, and shows how they do. */
export async function showSuite(
  { files, denoOnly }: Suite,
): Promise<CaseResult[]> {
  const lists = new Map<string, FileList>();
  const count = { passed: 0, failed: 0, ignored: 0 };
  const summary = document.querySelector("#summary");

  function describe(): string {
    const { passed, failed, ignored } = count;
    const rest = ignored > 0 ? `, ${ignored} ignored` : "";
    return `${passed} passed, ${failed} failed${rest} in ${lists.size} files`;
  }
  function onResult(result: CaseResult): void {
    count[result.outcome]++;
    const list = lists.get(result.file) ?? new FileList(result.file);
    lists.set(result.file, list);
    list.add(result);
    summary.textContent = `${describe()} so far`;
  }
  const results = await runFiles(files, { onResult });
  summary.textContent = describe();
  summary.className = count.failed > 0 ? "failed" : "passed";
  document.title = `${describe()} - Parley's codec tests`;
  const others = document.querySelector("#deno-only");
  for (const [file, reason] of Object.entries(denoOnly)) {
    others.append(element("dt", { text: file }), element("dd", { text: reason }));
  }
  return results;
}

/** The cases of one file: folded, but for one that failed. */
class FileList {
  readonly #details = document.createElement("details");
  readonly #count = element("span");
  readonly #cases = element("ol");
  #total = 0;

  constructor(file: string) {
    const summary = element("summary", { text: `${file} ` });
    summary.append(this.#count);
    this.#details.append(summary, this.#cases);
    document.querySelector("#files").append(this.#details);
  }

  add({ name, outcome, message }: CaseResult): void {
    this.#total++;
    this.#count.textContent = String(this.#total);
    const one = element("li", { text: name, className: outcome });
    if (message !== undefined) one.append(element("pre", { text: message }));
    this.#cases.append(one);
    if (outcome === "failed") this.#details.open = true;
  }
}

function element(
  tag: string,
  { text = "", className = "" }: { text?: string; className?: string } = {},
): PageElement {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
}
