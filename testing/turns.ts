/** Lets the event loop turn a few times, so that everything is done that waits for nothing but its turn. */
export async function turns(count = 4): Promise<void> {
  for (let turn = 0; turn < count; turn++) {
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}

/** Says how a promise stands after a few turns of the event loop. */
export async function stateOf(
  promise: PromiseLike<unknown>,
): Promise<"pending" | "fulfilled" | "rejected"> {
  let state: "pending" | "fulfilled" | "rejected" = "pending";
  promise.then(() => state = "fulfilled", () => state = "rejected");
  await turns();
  return state;
}

/** Returns what a promise was rejected with. */
export async function rejectionOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("Expected a rejection, and it was fulfilled");
}
