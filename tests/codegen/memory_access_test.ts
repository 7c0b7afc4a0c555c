import { assertEquals, assertThrows } from "@std/assert";
import { RuntimeError } from "../../mod.ts";
import { type Exported, exportsOf } from "./instances.ts";

const OPERATIONS = `(module (memory (export "memory") 1)
  (func (export "f32") (param i32) (result f32) (f32.load offset=8 (local.get 0)))
  (func (export "f64") (param i32) (result f64) (f64.load offset=8 (local.get 0)))
  (func (export "f64far") (param i32) (result f64) (f64.load offset=4294967288 (local.get 0)))
  (func (export "i64") (param i32) (result i64) (i64.load offset=8 (local.get 0)))
  (func (export "set64") (param i32 i64) (i64.store (local.get 0) (local.get 1)))
  (func (export "set32") (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func (export "setf") (param i32 f64) (f64.store (local.get 0) (local.get 1)))
  (func (export "get32") (param i32) (result i32) (i32.load (local.get 0))))`;

function assertOutOfBounds(call: () => unknown): void {
  assertThrows(call, RuntimeError as unknown as ErrorConstructor, "memory access out of bounds");
}

Deno.test("addresses do not wrap around", () => {
  const { f32, f64, f64far, i64 } = exportsOf(OPERATIONS);
  for (let address = -16; address < 0; address++) {
    for (const load of [f32, f64, f64far, i64] as Exported[]) assertOutOfBounds(() => load(address));
  }
  for (let address = 0; address < 16; address++) assertOutOfBounds(() => f64far(address));
});

Deno.test("floats are loaded from any address", () => {
  const { f32, f64, memory } = exportsOf(OPERATIONS);
  const view = new DataView((memory as unknown as { buffer: ArrayBuffer }).buffer);
  for (let address = 0; address < 16; address++) {
    view.setFloat64(address + 8, Math.PI, true);
    assertEquals(f64(address), Math.PI);
    view.setFloat32(address + 8, 0.5, true);
    assertEquals(f32(address), 0.5);
  }
});

Deno.test("an i64 store that is partly out of bounds writes nothing", () => {
  const { set64, get32 } = exportsOf(OPERATIONS);
  assertOutOfBounds(() => set64(65532, -1n));
  assertEquals(get32(65532), 0);
});

Deno.test("patched prototypes change nothing", () => {
  const { getInt32, setInt32, setFloat64 } = DataView.prototype;
  const { set32, setf, get32 } = exportsOf(OPERATIONS);
  try {
    const patched = (): never => {
      throw new Error("patched");
    };
    DataView.prototype.getInt32 = DataView.prototype.setInt32 = DataView.prototype.setFloat64 = patched;
    set32(0, 42);
    setf(8, 1);
    assertEquals(get32(0), 42);
  } finally {
    Object.assign(DataView.prototype, { getInt32, setInt32, setFloat64 });
  }
});

Deno.test("a memory that grows in a call is seen afterwards", () => {
  const { run } = exportsOf(`(module (memory 0)
    (func $grow (drop (memory.grow (i32.const 1))))
    (func (export "run") (result i32)
      (call $grow) (i32.store (i32.const 65532) (i32.const 3)) (i32.load (i32.const 65532))))`);
  assertEquals(run(), 3);
});
