import type { Capability } from "./capabilities.ts";
import type { Channel } from "./channel.ts";
import type { User } from "./user.ts";

const NONE: ReadonlySet<Channel> = new Set();

/** Who is in which channels, and who was invited to which. */
export class Memberships {
  readonly #channels = new Map<User, Set<Channel>>();
  readonly #invitations = new Map<User, Set<Channel>>();
  readonly #maxInvitations: number;
  #round = 0;

  /** Keeps so many invitations of one user at most; the oldest go first. */
  constructor({ maxInvitations }: { maxInvitations: number }) {
    this.#maxInvitations = maxInvitations;
  }

  /** The channels that somebody is in. */
  channelsOf(user: User): ReadonlySet<Channel> {
    return this.#channels.get(user) ?? NONE;
  }

  /** Says whether two are in a channel together. */
  share(one: User, other: User): boolean {
    for (const { members } of this.channelsOf(one)) if (members.has(other)) return true;
    return false;
  }

  /** Everybody who is in a channel with somebody, once each, and not itself. It must be read to its end before it is asked again. */
  *peersOf(user: User): Generator<User> {
    const round = ++this.#round;
    user.round = round;
    for (const { members } of this.channelsOf(user)) {
      for (const peer of members.keys()) {
        if (peer.round === round) continue;
        peer.round = round;
        yield peer;
      }
    }
  }

  /** Those of them who have asked for a capability. */
  *peersWith(user: User, capability: Capability): Generator<User> {
    for (const peer of this.peersOf(user)) if (peer.capabilities.has(capability)) yield peer;
  }

  /** Brings somebody into a channel. */
  join(user: User, channel: Channel): void {
    channel.add(user);
    const channels = this.#channels.get(user);
    if (channels) channels.add(channel);
    else this.#channels.set(user, new Set([channel]));
    this.#invitations.get(user)?.delete(channel);
  }

  /** Takes somebody out of a channel. */
  leave(user: User, channel: Channel): void {
    channel.remove(user);
    const channels = this.#channels.get(user);
    if (channels?.delete(channel) && channels.size === 0) this.#channels.delete(user);
  }

  /** Keeps in mind that somebody was invited, until it comes. */
  invite(user: User, channel: Channel): void {
    let invitations = this.#invitations.get(user);
    if (!invitations) this.#invitations.set(user, invitations = new Set());
    invitations.delete(channel);
    invitations.add(channel);
    if (invitations.size <= this.#maxInvitations) return;
    for (const oldest of invitations) {
      invitations.delete(oldest);
      return;
    }
  }

  /** Says whether somebody was invited, and has not come since. */
  isInvited(user: User, channel: Channel): boolean {
    return this.#invitations.get(user)?.has(channel) ?? false;
  }

  /** Forgets the invitations of somebody who is gone. */
  forget(user: User): void {
    this.#invitations.delete(user);
  }
}
