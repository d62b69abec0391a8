import { PeerMap } from "./peer_address.ts";
import type { DatagramAddress } from "./transport.ts";

/** What the table keeps in order: one session, with its neighbours. */
export interface TableEntry {
  /** The peer's address, folded. */
  readonly remoteAddr: DatagramAddress;
  /** When the peer was heard last. */
  heardAt: number;
  /** The peer was heard more than once. */
  wasHeardAgain: boolean;
  /** The one that was heard before it, of its kind. */
  before: TableEntry | undefined;
  /** The one that was heard after it, of its kind. */
  after: TableEntry | undefined;
}

/**
 * Keeps sessions by their peers, and in the order in which those were heard last: peers that were heard once apart from
 * those that were heard again, because a sender can invent as many of the former as it likes.
 */
export class SessionTable<E extends TableEntry> implements Iterable<E> {
  readonly #byPeer = new PeerMap<E>();
  readonly #once = new Order();
  readonly #again = new Order();

  /** How many there are. */
  get size(): number {
    return this.#byPeer.size;
  }

  /** Returns the session of a peer. */
  get(hostname: string, port: number): E | undefined {
    return this.#byPeer.get(hostname, port);
  }

  /** Adds the session of a peer that has none; it was heard now. */
  add(entry: E, now: number): void {
    entry.heardAt = now;
    this.#byPeer.add(entry, entry.remoteAddr);
    this.#orderOf(entry).add(entry);
  }

  /** Takes note that a peer was heard again. */
  heard(entry: E, now: number): void {
    entry.heardAt = now;
    const order = this.#orderOf(entry);
    if (entry.wasHeardAgain && order.last === entry) return;
    order.remove(entry);
    entry.wasHeardAgain = true;
    this.#again.add(entry);
  }

  /** Takes a session away. */
  delete(entry: E): void {
    this.#byPeer.delete(entry.remoteAddr);
    this.#orderOf(entry).remove(entry);
  }

  /** Returns which one has to make room: the one that was silent for longest of those heard once, else of all. */
  get leastWanted(): E | undefined {
    // Both orders hold what was added here and nothing else.
    return (this.#once.first ?? this.#again.first) as E | undefined;
  }

  /** Returns the one that was silent for longest. */
  get longestSilent(): E | undefined {
    const [once, again] = [this.#once.first, this.#again.first];
    const first = once && again ? (once.heardAt <= again.heardAt ? once : again) : once ?? again;
    // As above.
    return first as E | undefined;
  }

  /** Returns all; some may be taken away meanwhile. */
  *[Symbol.iterator](): IterableIterator<E> {
    const all = [...this.#once, ...this.#again];
    for (const entry of all) yield entry as E;
  }

  #orderOf(entry: E): Order {
    return entry.wasHeardAgain ? this.#again : this.#once;
  }
}

/** Sessions in the order in which they were heard, the one that was silent for longest in front. */
class Order {
  first: TableEntry | undefined;
  last: TableEntry | undefined;

  add(entry: TableEntry): void {
    entry.before = this.last;
    entry.after = undefined;
    if (this.last) this.last.after = entry;
    else this.first = entry;
    this.last = entry;
  }

  remove(entry: TableEntry): void {
    const { before, after } = entry;
    if (before) before.after = after;
    else this.first = after;
    if (after) after.before = before;
    else this.last = before;
    entry.before = entry.after = undefined;
  }

  *[Symbol.iterator](): IterableIterator<TableEntry> {
    for (let entry = this.first; entry; entry = entry.after) yield entry;
  }
}
