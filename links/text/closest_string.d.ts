export function closestString(word: string, possibleWords: readonly string[]): string;
