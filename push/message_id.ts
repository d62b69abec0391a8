/** The run of a hub, "-", a number. */
const ID = /^([0-9a-f]+)-(\d{1,15})$/;

/** Returns the number in the id of a message; -1 where it is none. */
export function numberOf(id: string): number {
  return Number(ID.exec(id)?.[2] ?? -1);
}

/** Says whether an id is of a message of this run. */
export function isOfRun(id: string, run: string): boolean {
  return ID.exec(id)?.[1] === run;
}
