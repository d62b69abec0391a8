/** Returns what was written to stderr by `console.error` meanwhile. */
export async function printedBy(work: () => Promise<void>): Promise<string[]> {
  const { error: original } = console;
  const printed: string[] = [];
  console.error = (text: unknown) => void printed.push(String(text));
  try {
    await work();
  } finally {
    console.error = original;
  }
  return printed;
}
