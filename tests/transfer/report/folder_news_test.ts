import { assertEquals } from "@std/assert";
import { FolderGoneError, type InboxEvent } from "../../../transfer/mod.ts";
import { withoutFolder } from "../../../transfer/report/folder_news.ts";

function notStored(path: string, error?: unknown): InboxEvent {
  const said = { type: "not-stored", id: 1, path, code: "storage-failed", reason: "x" } as const;
  return error === undefined ? said : { ...said, error };
}

function stored(path: string): InboxEvent {
  const said = { type: "stored", id: 1, path, size: 1, sha256: "", ms: 1, same: false } as const;
  return { ...said, resumedAt: 0, format: "parcel" };
}

Deno.test("withoutFolder() tells once that the folder is gone, and once that it is there again", () => {
  const told: string[] = [];
  const hear = withoutFolder(
    ({ path }) => void told.push(path),
    ({ event, folder, line }) => void told.push(event, folder, line),
  );
  const gone = new FolderGoneError("/in\n");
  hear(stored("a"));
  for (let file = 0; file < 3_000; file++) hear(notStored(`${file}`, gone));
  hear(notStored("other", new Error("the disk is gone")));
  hear(stored("b"));
  hear(stored("c"));
  hear(notStored("again", gone));
  const news = [
    "folder-gone",
    "/in\n",
    "Cannot store files: the folder /in\\n is gone; they are refused until it is there again",
  ];
  assertEquals(told, [
    "a",
    ...news,
    "other",
    "folder-back",
    "/in\n",
    "The folder is there again, and files are stored",
    "b",
    "c",
    ...news,
  ]);
});
