// This module is browser compatible.

/**
 * The simple file format, `SIZE::EXT::DATA`: one file after the other, without digests, as the old tutorials have it.
 *
 * @module
 */
export {
  type SimpleFileErrorCode,
  type SimpleFileHeader,
  simpleFileReplies,
  type SimpleFileReply,
  simpleFileRequests,
} from "./simple_file.ts";
