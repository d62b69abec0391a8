/** What is allowed: everything, because Node asks nobody. */
export const permissions = {
  /** Returns that it is allowed. */
  querySync: (
    _wish: { name: string; command?: string; variable?: string; kind?: string; host?: string },
  ): { state: "granted" | "prompt" | "denied" } => ({
    state: "granted",
  }),
};
