/** The `sync` of an inbox whose files need not survive a power cut. */
export function noSync(): Promise<void> {
  return Promise.resolve();
}
