import { nextTurn } from "../../net/turn.ts";

/** A link that comes and goes has to deceive as many looks in turn. */
const LOOKS = 4;
/** So often is tried to take something back on the next turn, */
const TURNS = 200;
/** and so often after a pause: whoever swaps the link may have to wait for a busy processor. */
const PAUSES = 300;
const PAUSE_MS = 2;

/** Says whether several looks in turn say that something landed where it belongs. */
export async function hasLanded(look: () => Promise<boolean>): Promise<boolean> {
  for (let looks = 0; looks < LOOKS; looks++) if (!await look()) return false;
  return true;
}

/**
 * Tries to take back what landed elsewhere until `attempt` says that nothing is left of it: that is out of reach while the
 * link is not there. Gives up after about a second.
 */
export async function takeBack(attempt: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < TURNS + PAUSES; tries++) {
    if (await attempt().catch(() => false)) return;
    await new Promise<void>((resolve) => {
      if (tries < TURNS) nextTurn(resolve);
      else setTimeout(resolve, PAUSE_MS);
    });
  }
}
