import { escapeControls } from "../../codec/escape_controls.ts";

/** Says that an inbox's folder is not there: somebody deleted it, or its disk is no longer mounted. */
export class FolderGoneError extends Error {
  /** The class's name. */
  override readonly name: string = "FolderGoneError";
  /** The folder's path. */
  readonly folder: string;

  /** Makes the error for the folder at this path. */
  constructor(folder: string) {
    super(`Cannot store files: the folder ${escapeControls(folder)} is gone`);
    this.folder = folder;
  }
}
