import fc from "fast-check";

/** Gives bytes of which up to three are others. */
export function changedBytes(sound: Uint8Array): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 3 });
  return changes.map((all) => {
    const bytes = new Uint8Array(sound);
    for (const [at, byte] of all) bytes[at] = byte;
    return bytes;
  });
}
