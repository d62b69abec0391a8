export function globToRegExp(glob: string, options?: {
  extended?: boolean;
  globstar?: boolean;
  caseInsensitive?: boolean;
}): RegExp;
