// Makes a ProtocolError without a stack, for who makes millions of them: to capture one costs more than to decode. To be
// imported before anything else is, in a test file of its own.

const { Error: Genuine } = globalThis;

function Cheap(this: Error, message: string, options?: ErrorOptions): void {
  this.message = message;
  if (options && "cause" in options) this.cause = options.cause;
}
Cheap.prototype = Object.create(Genuine.prototype);

// A class can extend such a function, whatever the types say.
globalThis.Error = Cheap as unknown as ErrorConstructor;
await import("../../../codec/errors.ts");
globalThis.Error = Genuine;

// It is a module, and not a script.
export {};
