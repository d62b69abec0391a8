// Speaks to a device: frames of AA 55, a type, a length, a payload, and a CRC-16 of type and payload.
//
//   deno run --allow-net=127.0.0.1:7009 examples/device.ts

import { ByteReader, ByteWriter, checksummed, connect } from "@parley/sockets";
import { lengthPrefixed, mapped, serve } from "@parley/sockets";

interface Reading {
  readonly sensor: number;
  readonly celsius: number;
}

const frames = lengthPrefixed({
  magic: new Uint8Array([0xaa, 0x55]),
  leadBytes: 1,
  width: 1,
  maxBytes: 64,
});
const readings = mapped(checksummed(frames, { checksum: "crc-16/modbus", endian: "little" }), {
  decode(message): Reading {
    const reader = new ByteReader(message);
    return { sensor: reader.u8(), celsius: reader.i16("big") / 10 };
  },
  encode({ sensor, celsius }: Reading) {
    const writer = new ByteWriter();
    writer.u8(sensor);
    writer.i16(Math.round(celsius * 10), "big");
    return writer.finish();
  },
});

const listener = Deno.listen({ hostname: "127.0.0.1", port: 7009 });
await using _device = serve(listener, { codec: readings }, async (peer) => {
  for await (const { sensor } of peer) await peer.send({ sensor, celsius: 21.5 });
});
await using connection = await connect({ port: 7009, codec: readings });
await connection.send({ sensor: 7, celsius: 0 });
console.log(await connection.receive());
