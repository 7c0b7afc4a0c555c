import { assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { moduleRoundTrips } from "./round_trip.ts";

for (const folder of ["examples", "bench/kernels"]) {
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".wasm"))) {
    Deno.test(`${file} printed and read again is the same module`, () => {
      const trips = { count: 0, failures: [] };
      moduleRoundTrips(file, new Uint8Array(readFileSync(`${folder}/${file}`)), trips);
      assertEquals(trips, { count: 2, failures: [] });
    });
  }
}
