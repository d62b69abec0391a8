const USES_NODE = /\bfrom "node:|\bNodeJS\./;
const USES_DISPOSABLE = /\b(?:Async)?Disposable\b|\bSymbol\.(?:asyncD|d)ispose\b/;

/**
 * Makes a declaration file hold for every TypeScript since 5.4 as it stands.
 *
 * Before 5.7 `Uint8Array` takes no parameter: what its `slice` returns is the same type under both. Before 5.6 an
 * iterator that is implemented names one type alone. Since 6.0 no package's globals are there unasked: a file says
 * itself which ones it needs.
 */
export function forEveryTypeScript(declarations: string): string {
  const code = withoutComments(declarations);
  const references = [
    USES_DISPOSABLE.test(code) ? '/// <reference lib="esnext.disposable" />\n' : "",
    USES_NODE.test(code) ? '/// <reference types="node" />\n' : "",
  ];
  const text = declarations
    .replaceAll(/\bAsyncIterableIterator<(\w+), undefined>/g, "AsyncIterableIterator<$1>")
    .replaceAll("Uint8Array<ArrayBufferLike>", "Uint8Array")
    .replaceAll("Uint8Array<ArrayBuffer>", 'ReturnType<Uint8Array["slice"]>');
  return references.join("") + text;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\/|\/\/[^\n]*/g, "");
}
