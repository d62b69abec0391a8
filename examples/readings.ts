// Takes readings from sensors by UDP, each a datagram of JSON, and sends back those that are sound.
//
//   deno run --unstable-net --allow-net=127.0.0.1 examples/readings.ts

import { escapeControls, jsonLines, shutdownOnSignals } from "@parley/sockets";
import { asDatagrams, serveDatagrams } from "@parley/sockets/datagrams";

interface Reading {
  sensor: string;
  celsius: number;
}

function readingOf(value: unknown): Reading {
  const { sensor, celsius } = Object(value);
  if (typeof sensor === "string" && typeof celsius === "number") return { sensor, celsius };
  throw new TypeError("A reading has a sensor and its celsius");
}

const codec = asDatagrams(jsonLines({ parse: readingOf }));
const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 7017 });
const server = serveDatagrams(
  socket,
  { codec, limits: { maxDatagramBytes: 512 } },
  async (peer) => {
    for await (const reading of peer) {
      console.log(`${escapeControls(reading.sensor)}: ${reading.celsius} °C`);
      // What has no answer is sent again by the sensor.
      await peer.send(reading);
    }
  },
);
shutdownOnSignals(server);
console.error("Listening on 127.0.0.1:7017");
await server.finished;
