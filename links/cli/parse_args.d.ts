export interface ParseOptions {
  boolean?: string[];
  string?: string[];
  alias?: Record<string, string | string[]>;
  collect?: string[];
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
  "--"?: boolean;
}
export type Args = { _: (string | number)[]; [key: string]: unknown };
export function parseArgs(args: string[], options?: ParseOptions): Args;
