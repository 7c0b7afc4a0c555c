import { assertEquals } from "@std/assert";
import { boundCall, watToWasm, WebAssembly } from "../../mod.ts";
import {
  DATA_VIEW_ACCESSORS,
  DATA_VIEW_BUILTINS,
  type DataViewAccessor,
} from "../../lib/link/data_view_access.ts";

const BYTES = [0x81, 0x92, 0xa3, 0xb4, 0x45, 0x56, 0x67, 0x78, 0x01, 0x02, 0x03, 0x04];

function viewOf(bytes: number[] = BYTES): DataView<ArrayBuffer> {
  return new DataView(new Uint8Array([0, ...bytes, 0]).buffer, 1, bytes.length);
}

function valueType(name: DataViewAccessor): string {
  if (name.includes("Big")) return "i64";
  if (name.includes("Float32")) return "f32";
  if (name.includes("Float64")) return "f64";
  return "i32";
}

type Access = (view: unknown, ...args: unknown[]) => unknown;

/** The accessor as an import of wasm code that calls it with its parameters, signature as in the table of well-known imports. */
function imported(name: DataViewAccessor): Access {
  const type = valueType(name);
  const oneByte = name.endsWith("8");
  const getter = name.startsWith("get");
  const params = name === "byteLength"
    ? ["externref"]
    : ["externref", "i32", ...(getter ? [] : [type]), ...(oneByte ? [] : ["i32"])];
  const result = name === "byteLength" ? "(result f64)" : getter ? `(result ${type})` : "";
  const bytes = watToWasm(`(module
    (import "m" "f" (func $f (param ${params.join(" ")}) ${result}))
    (func (export "f") (param ${params.join(" ")}) ${result}
      (call $f ${params.map((_, i) => `(local.get ${i})`).join(" ")})))`);
  const f = boundCall(DATA_VIEW_BUILTINS[name]);
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { f } }).exports.f as Access;
}

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return String(error);
  }
}

/** A builtin's result as the signature's type has it. */
function converted(name: DataViewAccessor, value: unknown): unknown {
  if (typeof value === "bigint") return BigInt.asIntN(64, value);
  return typeof value === "number" && valueType(name) === "i32" && name !== "byteLength" ? value | 0 : value;
}

function receivers(): unknown[] {
  const detached = viewOf();
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  return [viewOf(), viewOf([1, 2, 3]), detached, null, 5, "text", {}, new Uint8Array(16)];
}

const getters = DATA_VIEW_ACCESSORS.filter((name) => name.startsWith("get") || name === "byteLength");
const setters = DATA_VIEW_ACCESSORS.filter((name) => name.startsWith("set"));

Deno.test("an imported getter does what the builtin does, whatever the receiver and offset", () => {
  for (const name of getters) {
    const access = imported(name);
    const builtin = DATA_VIEW_BUILTINS[name];
    for (const offset of [0, 1, 3, 4, 8, 11, 12, -1, 2 ** 31 - 1]) {
      for (const littleEndian of [0, 1, 2]) {
        const expected = receivers().map((view) =>
          outcome(() => converted(name, Reflect.apply(builtin, view, [offset, littleEndian])))
        );
        const args = name === "byteLength" ? [] : name.endsWith("8") ? [offset] : [offset, littleEndian];
        const got = receivers().map((view) => outcome(() => access(view, ...args)));
        assertEquals(got, expected, `${name} ${offset} ${littleEndian}`);
      }
    }
  }
});

Deno.test("an imported setter does what the builtin does, and writes nothing when it throws", () => {
  for (const name of setters) {
    const access = imported(name);
    const builtin = DATA_VIEW_BUILTINS[name];
    const value = name.includes("Big") ? -0x1234567890abcdefn : name.includes("Float") ? -1.5 : -0x12345678;
    for (const offset of [0, 1, 3, 5, 8, 11, 12, -1]) {
      for (const littleEndian of [0, 1, 2]) {
        const run = (set: (view: unknown) => unknown) =>
          receivers().map((view) => [
            outcome(() => set(view)),
            view instanceof DataView && view.buffer.byteLength > 0 ? [...new Uint8Array(view.buffer)] : null,
          ]);
        const args = name.endsWith("8") ? [offset, value] : [offset, value, littleEndian];
        const expected = run((view) => Reflect.apply(builtin, view, args));
        assertEquals(run((view) => access(view, ...args)), expected, `${name} ${offset} ${littleEndian}`);
      }
    }
  }
});

Deno.test("an imported getter follows the views it is given, any number of them", () => {
  const access = imported("getInt32");
  const views = Array.from({ length: 6 }, (_, i) => viewOf([i, 0, 0, 0]));
  for (let round = 0; round < 3; round++) {
    assertEquals(views.map((view) => access(view, 0, 1)), [0, 1, 2, 3, 4, 5]);
  }
});

Deno.test("replacing DataView.prototype's methods later changes nothing", () => {
  const access = imported("getUint16");
  const original = Object.getOwnPropertyDescriptor(DataView.prototype, "getUint16")!;
  Object.defineProperty(DataView.prototype, "getUint16", { ...original, value: () => -1 });
  try {
    assertEquals(access(viewOf(), 0, 1), 0x9281);
  } finally {
    Object.defineProperty(DataView.prototype, "getUint16", original);
  }
});
