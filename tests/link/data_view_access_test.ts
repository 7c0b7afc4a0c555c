import { assert, assertEquals } from "@std/assert";
import { DATA_VIEW_ACCESSORS, DATA_VIEW_CODE } from "../../lib/link/data_view_access.ts";
import { ExceptionPackage } from "../../lib/runtime/exception_package.ts";
import { RESULT_I32 } from "../../lib/runtime/return_registers.ts";

const BYTES = [0x81, 0x92, 0xa3, 0xb4, 0x45, 0x56, 0x67, 0x78, 0x01, 0x02, 0x03, 0x04];

function viewOf(bytes: number[] = BYTES): DataView<ArrayBuffer> {
  return new DataView(new Uint8Array([0, ...bytes, 0]).buffer, 1, bytes.length);
}

/** What the call throws, as text. */
function thrown(call: () => unknown): string {
  try {
    return `nothing, but ${call()}`;
  } catch (error) {
    const { tag, components } = error as ExceptionPackage;
    assert(error instanceof ExceptionPackage && tag === null, "no exception of JavaScript's");
    return String(components[0]);
  }
}

/** What the builtin itself throws. */
function thrownBy(call: () => unknown): string {
  try {
    return `nothing, but ${call()}`;
  } catch (error) {
    return String(error);
  }
}

const getters = DATA_VIEW_ACCESSORS.filter((name) => name.startsWith("get"));
const setters = DATA_VIEW_ACCESSORS.filter((name) => name.startsWith("set"));

Deno.test("getters read what the builtins read, in both byte orders", () => {
  for (const name of getters) {
    const code = DATA_VIEW_CODE[name];
    const view = viewOf();
    for (const littleEndian of [0, 1, 2]) {
      for (let offset = 0; offset < 4; offset++) {
        // deno-lint-ignore no-explicit-any
        const expected = (view as any)[name](offset, littleEndian !== 0);
        const first = code(view, offset, littleEndian);
        const value = name.includes("Big")
          ? BigInt.asIntN(64, BigInt(RESULT_I32[1]) << 32n | BigInt(first >>> 0))
          : first;
        const wanted = typeof expected === "bigint"
          ? BigInt.asIntN(64, expected)
          : name === "getUint32"
          ? expected | 0
          : expected;
        assertEquals(value, wanted, `${name} ${offset} ${littleEndian}`);
      }
    }
  }
});

Deno.test("setters write what the builtins write, in both byte orders", () => {
  for (const name of setters) {
    const code = DATA_VIEW_CODE[name];
    for (const littleEndian of [0, 1]) {
      const view = viewOf(), expected = viewOf();
      if (name.includes("Big")) {
        code(view, 2, 0x12345678, -2, littleEndian);
        const value = -2n << 32n | 0x12345678n;
        // deno-lint-ignore no-explicit-any
        (expected as any)[name](2, value, littleEndian !== 0);
      } else {
        const value = name.includes("Float") ? 1.5 : -1234567;
        if (name.endsWith("8")) code(view, 2, value);
        else code(view, 2, value, littleEndian);
        // deno-lint-ignore no-explicit-any
        (expected as any)[name](2, value, littleEndian !== 0);
      }
      assertEquals(new Uint8Array(view.buffer), new Uint8Array(expected.buffer), name);
    }
  }
});

Deno.test("byteLength is the view's length", () => {
  const code = DATA_VIEW_CODE.byteLength;
  assertEquals(code(viewOf()), BYTES.length);
  assertEquals(code(viewOf([])), 0);
});

Deno.test("out of bounds is the builtin's RangeError, foreign to wasm, and writes nothing", () => {
  for (const name of DATA_VIEW_ACCESSORS.filter((name) => name !== "byteLength")) {
    const code = DATA_VIEW_CODE[name];
    const isBig = name.includes("Big");
    for (const offset of [-1, -4, BYTES.length, BYTES.length - (isBig ? 4 : 0), 0x7fff_ffff]) {
      const view = viewOf();
      const args = name.startsWith("get") ? [offset, 1] : isBig ? [offset, 5, 6, 1] : [offset, 5, 1];
      const builtinArgs = name.startsWith("get") ? [offset, true] : [offset, isBig ? 5n : 5, true];
      const expected = thrownBy(() =>
        // deno-lint-ignore no-explicit-any
        (viewOf() as any)[name](...builtinArgs)
      );
      assert(expected.startsWith("RangeError"), expected);
      assertEquals(thrown(() => code(view, ...args)), expected, `${name} ${offset}`);
      assertEquals(new Uint8Array(view.buffer), new Uint8Array(viewOf().buffer), `${name} ${offset}`);
    }
  }
});

Deno.test("a receiver that is no view gets the builtin's TypeError", () => {
  const code = DATA_VIEW_CODE.getInt32;
  const { call } = Function.prototype;
  for (const receiver of [undefined, null, 1, "s", {}, new Uint8Array(8), new Proxy(viewOf(), {})]) {
    assertEquals(
      thrown(() => code(receiver, 0, 1)),
      thrownBy(() => call.call(DataView.prototype.getInt32, receiver, 0, true)),
    );
  }
});

Deno.test("a detached buffer is the builtin's TypeError, also after accesses that went well", () => {
  const view = viewOf();
  const code = DATA_VIEW_CODE.getBigInt64;
  code(view, 0, 1);
  structuredClone(view.buffer, { transfer: [view.buffer] });
  assertEquals(thrown(() => code(view, 0, 1)), thrownBy(() => view.getBigInt64(0, true)));
});

Deno.test("patching the prototype or the view changes nothing", () => {
  const view = viewOf();
  Object.defineProperty(view, "getInt8", { value: () => 77 });
  const own = Object.getOwnPropertyDescriptor(DataView.prototype, "getInt8")!;
  Object.defineProperty(DataView.prototype, "getInt8", { ...own, value: () => 78 });
  try {
    assertEquals(DATA_VIEW_CODE.getInt8(view, 0), -127);
  } finally {
    Object.defineProperty(DataView.prototype, "getInt8", own);
  }
});

Deno.test("a view that follows its buffer's length is followed", () => {
  const buffer = new ArrayBuffer(4, { maxByteLength: 16 });
  if (!buffer.resizable) return;
  const tracking = new DataView(buffer), fixed = new DataView(buffer, 0, 4);
  const code = DATA_VIEW_CODE.getInt8, length = DATA_VIEW_CODE.byteLength;
  assertEquals([code(tracking, 3), length(tracking)], [0, 4]);
  buffer.resize(8);
  assertEquals([code(tracking, 7), length(tracking)], [0, 8]);
  assertEquals(length(fixed), 4);
  assertEquals(thrown(() => code(fixed, 4)).split(":")[0], "RangeError");
});

Deno.test("shared bytes are read and written", () => {
  const view = new DataView(new SharedArrayBuffer(8));
  DATA_VIEW_CODE.setInt32(view, 0, 7, 1);
  assertEquals(DATA_VIEW_CODE.getInt32(view, 0, 1), 7);
});

Deno.test("one call site serves many views", () => {
  const code = DATA_VIEW_CODE.getUint8;
  const views = Array.from({ length: 5 }, (_, i) => viewOf([i]));
  for (let round = 0; round < 3; round++) {
    assertEquals(views.map((view) => code(view, 0)), [0, 1, 2, 3, 4]);
  }
});
