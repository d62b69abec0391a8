import { ReceiveBuffer } from "../../codec/mod.ts";

/** What decoding did, in bytes looked at or copied, so that no clock is needed to see how it grows. */
export interface Work {
  /** Bytes that were copied from one array into another, or out of the buffer. */
  copied: number;
  /** Bytes that were searched or read one by one. */
  read: number;
  /** Bytes that were decoded to text. */
  decoded: number;
}

/** The methods that do the work; the originals. */
interface Originals {
  at: ReceiveBuffer["at"];
  indexOf: ReceiveBuffer["indexOf"];
  lastIndexOf: ReceiveBuffer["lastIndexOf"];
  take: ReceiveBuffer["take"];
  view: ReceiveBuffer["view"];
  decode: TextDecoder["decode"];
}

/** What is counted beside the methods of the buffer. */
export interface WorkOptions {
  /** What is read out of a view of the buffer, which makes the view unfit for a text decoder. @default {false} */
  views?: boolean;
  /** What is read out of the buffer's storage, which makes that unfit for one. @default {false} */
  storage?: boolean;
}

/** Runs `decode` and returns the work it does. */
export function workOf(
  decode: () => void,
  { views = false, storage = false }: WorkOptions = {},
): Work {
  const work: Work = { copied: 0, read: 0, decoded: 0 };
  const { at, indexOf, lastIndexOf, take, view } = ReceiveBuffer.prototype;
  const original: Originals = {
    at,
    indexOf,
    lastIndexOf,
    take,
    view,
    decode: TextDecoder.prototype.decode,
  };
  const getter = Object.getOwnPropertyDescriptor(ReceiveBuffer.prototype, "storage")!;
  const set = Uint8Array.prototype.set;
  try {
    countReading(work, original);
    if (views) countViews(work, original);
    if (storage) countStorage(work, getter);
    Uint8Array.prototype.set = function (array: ArrayLike<number>, offset?: number): void {
      work.copied += array.length;
      set.call(this, array, offset);
    };
    TextDecoder.prototype.decode = function (input, options): string {
      work.decoded += input?.byteLength ?? 0;
      return original.decode.call(this, input, options);
    };
    decode();
  } finally {
    Object.assign(ReceiveBuffer.prototype, { at, indexOf, lastIndexOf, take, view });
    Object.defineProperty(ReceiveBuffer.prototype, "storage", getter);
    TextDecoder.prototype.decode = original.decode;
    // It stands on the prototype of all typed arrays, and shows again.
    Reflect.deleteProperty(Uint8Array.prototype, "set");
  }
  return work;
}

function countReading(work: Work, original: Originals): void {
  ReceiveBuffer.prototype.at = function (position): number {
    work.read++;
    return original.at.call(this, position);
  };
  ReceiveBuffer.prototype.indexOf = function (byte, from = 0): number {
    const found = original.indexOf.call(this, byte, from);
    work.read += (found < 0 ? this.length : found + 1) - from;
    return found;
  };
  ReceiveBuffer.prototype.lastIndexOf = function (byte, { from = 0, to }): number {
    const found = original.lastIndexOf.call(this, byte, { from, to });
    work.read += Math.max(0, to - Math.max(from, found));
    return found;
  };
  ReceiveBuffer.prototype.take = function (count): Uint8Array<ArrayBuffer> {
    work.copied += count;
    return original.take.call(this, count);
  };
}

function countViews(work: Work, original: Originals): void {
  ReceiveBuffer.prototype.view = function (from, to): Uint8Array {
    return counted(original.view.call(this, from, to), work);
  };
}

function countStorage(work: Work, getter: PropertyDescriptor): void {
  Object.defineProperty(ReceiveBuffer.prototype, "storage", {
    ...getter,
    get(): Uint8Array {
      return counted(getter.get!.call(this), work);
    },
  });
}

/** Returns bytes that count how often they are read. */
function counted(array: Uint8Array, work: Work): Uint8Array {
  return new Proxy(array, {
    get(bytes, key): unknown {
      if (typeof key === "string" && /^\d/.test(key)) work.read++;
      return Reflect.get(bytes, key, bytes);
    },
  });
}
