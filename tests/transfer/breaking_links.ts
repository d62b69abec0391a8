import { bytes } from "../../codec/raw_bytes.ts";
import { parcel } from "../../codec/parcel/parcel.ts";
import {
  type Inbox,
  type InboxEvent,
  type ParcelConnection,
  receiveFiles,
} from "../../transfer/mod.ts";
import { Connection } from "../../mod.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { MemoryTransport } from "../../testing/memory_transport.ts";

/** A connection's fate: refused, broken when so many bytes were sent, or held; late: after the others. */
export type Fate = "refused" | number | "holds" | "holds late";

/** Connections to one receiver, each with a fate of its own. */
export class BreakingLinks implements AsyncDisposable {
  /** What the receiver said of the files. */
  readonly events: InboxEvent[] = [];
  /** How often somebody connected. */
  connects = 0;
  /** Connections that stand at the same time, at most. */
  mostAtOnce = 0;
  readonly #inbox: Inbox;
  readonly #fates: Fate[];
  readonly #receiving = new Set<Promise<void>>();
  readonly #othersAreOver = Promise.withResolvers<void>();

  /** Makes one whose connections have these fates, one after the other; further ones hold. */
  constructor(inbox: Inbox, fates: readonly Fate[] = []) {
    this.#inbox = inbox;
    this.#fates = [...fates];
  }

  /** Connects. @throws {Deno.errors.ConnectionRefused} That is its fate. */
  readonly connect = async (): Promise<Connection<Uint8Array>> => {
    this.connects++;
    const fate = this.#fates.shift() ?? "holds";
    if (this.#fates.length === 0) this.#othersAreOver.resolve();
    if (fate === "refused") throw new Deno.errors.ConnectionRefused("Connection refused");
    if (fate === "holds late") await this.#othersAreOver.promise;
    const [ours, theirs] = linkedPair(typeof fate === "number" ? fate : Infinity);
    const clock = new FakeClock();
    const receiver = new Connection(theirs, parcel(), { clock, id: this.connects });
    const receiving = this.#receive(receiver).finally(() => this.#receiving.delete(receiving));
    this.#receiving.add(receiving);
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#receiving.size);
    return new Connection(ours, bytes(), { clock });
  };

  /** Waits until every connection is over. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#receiving);
  }

  async #receive(connection: ParcelConnection): Promise<void> {
    try {
      await receiveFiles(connection, {
        inbox: this.#inbox,
        onEvent: (event) => void this.events.push(event),
      });
    } catch {
      // It broke, as it should.
    }
    connection.abort();
  }
}

/** Returns two ends; it breaks when the first one has written so many bytes. */
function linkedPair(bytes: number): [MemoryTransport, MemoryTransport] {
  let left = bytes;
  const ours: MemoryTransport = new MemoryTransport({
    onWrite(written) {
      theirs.deliver(written.slice(0, left));
      left -= written.length;
      if (left > 0) return;
      // What was said before it broke is heard by both, so that no test hangs on who is first.
      theirs.finish();
      ours.failWrites(new Deno.errors.BrokenPipe("Broken pipe"));
    },
    onCloseWrite: () => theirs.finish(),
  });
  const theirs: MemoryTransport = new MemoryTransport({
    onWrite: (written) => ours.deliver(written),
    onCloseWrite: () => ours.finish(),
  });
  return [ours, theirs];
}
