import { statfs } from "node:fs/promises";

/** The numbers by which Linux knows the file systems of this machine's own disks and memory (statfs(2)). */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x01021994, // tmpfs
  0x858458f6, // ramfs
  0xf2f52010, // F2FS
  0x2fc12fc1, // ZFS
  0xca451a4e, // bcachefs
  0x3153464a, // JFS
  0x4d44, // FAT
  0x2011bab0, // exFAT
  0x7366746e, // NTFS
]);

/** What was learned holds for this long: something else may be mounted there since. */
const KNOWN_MS = 60_000;
/** Folders that are remembered. */
const MAX_FOLDERS = 4_096;

/** How {@linkcode LocalFolders} learns. */
export interface LocalFoldersOptions {
  /** Returns the type of a folder's file system. @default what statfs says */
  readonly typeOf?: (folder: string) => Promise<number>;
  /** Milliseconds that only go on. @default {performance.now} */
  readonly now?: () => number;
}

/** What is known of one folder. */
interface Known {
  isLocal: boolean;
  until: number;
}

/**
 * Knows which folders are on this machine's own disk or memory, where a call never waits for a network. A folder counts as
 * remote until the system has told.
 */
export class LocalFolders {
  readonly #typeOf: (folder: string) => Promise<number>;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  /** Makes one that knows nothing yet. */
  constructor({ typeOf = typeOfFolder, now = () => performance.now() }: LocalFoldersOptions = {}) {
    this.#typeOf = typeOf;
    this.#now = now;
  }

  /** Says whether a folder is known to be local; undefined where nobody has asked, or not within the last minute. */
  has(folder: string): boolean | undefined {
    const known = this.#known.get(folder);
    return known !== undefined && this.#now() < known.until ? known.isLocal : undefined;
  }

  /** Asks the system about a folder. It never rejects. */
  async learn(folder: string): Promise<void> {
    if (this.#known.size >= MAX_FOLDERS) this.#known.clear();
    // Until the answer comes nobody else needs to ask; where none comes, the folder stays remote.
    const known: Known = { isLocal: false, until: Infinity };
    this.#known.set(folder, known);
    try {
      known.isLocal = LOCAL_TYPES.has(await this.#typeOf(folder));
      known.until = this.#now() + KNOWN_MS;
    } catch (error) {
      // Who may not ask goes by how fast the answers come, as everybody does where the folder is local.
      known.isLocal = error instanceof Deno.errors.NotCapable;
      // A folder that is missing is made a moment later.
      known.until = known.isLocal ? Infinity : 0;
    }
  }
}

async function typeOfFolder(folder: string): Promise<number> {
  // Where nobody said whether it may, Deno would ask whoever sits there.
  if (Deno.permissions.querySync({ name: "sys", kind: "statfs" }).state !== "granted") {
    throw new Deno.errors.NotCapable("Cannot ask for the type of a file system");
  }
  return (await statfs(folder)).type;
}
