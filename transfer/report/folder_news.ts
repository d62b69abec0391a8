import { FolderGoneError } from "../inbox/folder_gone.ts";
import type { InboxEvent } from "../inbox/inbox_event.ts";

/** What is said of an inbox's folder. */
export interface FolderNews {
  /** It is gone, or there again. */
  readonly event: "folder-gone" | "folder-back";
  /** Its path. */
  readonly folder: string;
  /** The same for people. */
  readonly line: string;
}

/**
 * Returns a listener that hands on what became of each file, except that a folder which is gone is told of alone, and once
 * until it is there again: it may be thousands of files that are refused for it.
 */
export function withoutFolder(
  tell: (event: InboxEvent) => void,
  tellNews: (news: FolderNews) => void,
): (event: InboxEvent) => void {
  let gone: string | undefined;
  return (event) => {
    if (event.type === "not-stored" && event.error instanceof FolderGoneError) {
      if (gone !== undefined) return;
      const { folder, message } = event.error;
      gone = folder;
      const line = `${message}; they are refused until it is there again`;
      return tellNews({ event: "folder-gone", folder, line });
    }
    if (gone !== undefined && event.type === "stored") {
      const line = "The folder is there again, and files are stored";
      tellNews({ event: "folder-back", folder: gone, line });
      gone = undefined;
    }
    tell(event);
  };
}
