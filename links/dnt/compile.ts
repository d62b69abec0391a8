import type { CompilerOptions } from "./options.ts";
import { ts } from "./typescript.ts";

/** What is compiled, and where that is supposed to stand. */
export interface CompileOptions extends CompilerOptions {
  /** The folder of the files, which need not exist. */
  sourceDir: string;
  /** Where the output goes. */
  outDir: string;
  /** The folder of installed packages that declare what is global. */
  typesDir: string;
  /** Returns false for a diagnostic that is let pass. */
  filterDiagnostic: (diagnostic: ts.Diagnostic) => boolean;
}

/** Type-checks files, given by their paths in `sourceDir`, then writes JavaScript and declarations. */
export function compile(files: ReadonlyMap<string, string>, options: CompileOptions): void {
  const sources = new Map(
    Array.from(files, ([path, text]) => [`${options.sourceDir}/${path}`, text]),
  );
  const compilerOptions = tscOptions(options);
  const host = virtualHost(sources, compilerOptions);
  const program = ts.createProgram([...sources.keys()], compilerOptions, host);
  const stop = (found: readonly ts.Diagnostic[]) => {
    const serious = found.filter((one) =>
      !one.file?.fileName.includes("/node_modules/") &&
      options.filterDiagnostic(one)
    );
    if (serious.length > 0) {
      throw new Error(problems(serious, options.sourceDir));
    }
  };
  stop(ts.getPreEmitDiagnostics(program));
  stop(program.emit(undefined, writeFile).diagnostics);
}

/** Compiles one file by itself. */
export function transpile(text: string, { target }: CompilerOptions): string {
  const compilerOptions = { target: scriptTarget(target), module: ts.ModuleKind.ESNext };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}

/** Writes a file, and makes the folders that it stands in. */
export function writeFile(path: string, text: string): void {
  Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  Deno.writeTextFileSync(path, text);
}

function tscOptions(
  { target = "ES2021", lib, sourceDir, outDir, typesDir }: CompileOptions,
): ts.CompilerOptions {
  return {
    target: scriptTarget(target),
    lib: libFiles(lib ?? [target === "Latest" ? "ESNext" : target]),
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    useUnknownInCatchVariables: false,
    isolatedModules: true,
    skipLibCheck: true,
    declaration: true,
    types: installedTypes(typesDir),
    typeRoots: [typesDir],
    rootDir: sourceDir,
    outDir,
  };
}

/** TypeScript looks in the folder by itself no more. */
function installedTypes(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function scriptTarget(target: CompilerOptions["target"] = "ES2021"): ts.ScriptTarget {
  return ts.ScriptTarget[target];
}

/** TypeScript keeps which file belongs to a name, and tells it here. */
function libFiles(lib: readonly string[]): string[] {
  const { options, errors } = ts.convertCompilerOptionsFromJson({ lib }, "");
  const [error] = errors;
  if (error) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, "\n"));
  return options.lib ?? [];
}

/** A host that reads the files from memory, and all else from the disk. */
function virtualHost(
  files: ReadonlyMap<string, string>,
  options: ts.CompilerOptions,
): ts.CompilerHost {
  const disk = ts.createCompilerHost(options);
  const folders = new Set<string>();
  for (const path of files.keys()) {
    for (
      let end = path.lastIndexOf("/");
      end > 0;
      end = path.lastIndexOf("/", end - 1)
    ) {
      folders.add(path.slice(0, end));
    }
  }
  return {
    ...disk,
    fileExists: (path) => files.has(path) || disk.fileExists(path),
    readFile: (path) => files.get(path) ?? disk.readFile(path),
    directoryExists: (path) => folders.has(path) || (disk.directoryExists?.(path) ?? false),
    getSourceFile: (path, version, ...rest) => {
      const text = files.get(path);
      if (text === undefined) return disk.getSourceFile(path, version, ...rest);
      return ts.createSourceFile(path, text, version, true);
    },
  };
}

function problems(diagnostics: readonly ts.Diagnostic[], sourceDir: string): string {
  const text = ts.formatDiagnostics(diagnostics, {
    getCanonicalFileName: (path) => path,
    getCurrentDirectory: () => sourceDir,
    getNewLine: () => "\n",
  });
  return `Correct ${diagnostics.length} errors that the compiler found:\n${text.trimEnd()}`;
}
