import { inFolder } from "../contract/folder.ts";
import type { Ran } from "../cli/child.ts";
import { runClient, type RunningServer, startServer } from "../cli/in_process.ts";
import { InboxFolder } from "../cli/inbox_folder.ts";

/** What a test of the files client needs. */
export interface Standing {
  readonly server: RunningServer;
  readonly inbox: InboxFolder;
  /** A folder of the test's own. */
  readonly folder: string;
  /** Runs the client with these arguments. */
  readonly send: (...args: readonly string[]) => Promise<Ran>;
}

/** Runs a test with a server, and a folder for what is sent. */
export async function withServer(
  { args = [] }: { args?: readonly string[] },
  test: (standing: Standing) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    await using inbox = await InboxFolder.make();
    await using server = await startServer("files", { args: inbox.args(...args) });
    const send = (...args: readonly string[]) => runClient("files", { port: server.port, args });
    await test({ server, inbox, folder, send });
  });
}

/** The last line, and nothing else, when so many files were sent. */
export function sentLine(files: string, rest = ""): RegExp {
  return new RegExp(`^Sent ${files}, [^;\n]* in \\d+ m?s( \\([^)]*/s\\))?${rest}\n$`);
}
