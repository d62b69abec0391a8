/** The run of a hub, "-", a number. */
const ID = /^([0-9a-f]+)-(\d{1,15})$/;

/** Returns the number in the id of a message of this run; -1 where it is of another one, or no id. */
export function numberIn(id: string, run: string): number {
  const [, ofRun, number] = ID.exec(id) ?? [];
  return ofRun === run ? Number(number) : -1;
}
