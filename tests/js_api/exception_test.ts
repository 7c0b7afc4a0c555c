import { assert, assertEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";

const { WebAssembly } = new Engine();
const { Exception, JSTag, Tag } = WebAssembly;
const numbers = new Tag({ parameters: ["i32", "i64", "f64", "externref"] });

Deno.test("an exception gives back its arguments", () => {
  const exception = new Exception(numbers, [1, 2n, 0.5, "text"]);
  assertEquals([0, 1, 2, 3].map((i) => exception.getArg(numbers, i)), [1, 2n, 0.5, "text"]);
});

Deno.test("Exception.is() tells tags apart, even of the same type", () => {
  const other = new Tag({ parameters: ["i32", "i64", "f64", "externref"] });
  const exception = new Exception(numbers, [1, 2n, 0.5, null]);
  assertEquals([exception.is(numbers), exception.is(other), exception.is(JSTag)], [true, false, false]);
});

Deno.test("an exception is no Error and has a stack only when asked for", () => {
  const empty = new Tag({ parameters: [] });
  const plain = new Exception(empty, []);
  assert(!(plain instanceof Error));
  assertEquals(plain.stack, undefined);
  assertEquals(typeof new Exception(empty, [], { traceStack: true }).stack, "string");
});

Deno.test("Tag() takes any iterable of type names", () => {
  const tag = new Tag({ parameters: new Set(["f32"] as const) });
  assertEquals(new Exception(tag, new Set([0.5])).getArg(tag, 0), 0.5);
});

// deno-lint-ignore no-explicit-any
const any = (value: unknown) => value as any;
const REFUSALS: readonly (readonly [string, () => unknown, ErrorConstructor])[] = [
  ["WebAssembly.Tag(): Argument 0 must be a tag type", () => new Tag(any(1)), TypeError],
  ["WebAssembly.Tag(): Argument 0 must be a tag type with 'parameters'", () => new Tag(any({})), TypeError],
  [
    "WebAssembly.Tag(): Argument 0 parameter type at index #1 must be a value type",
    () => new Tag(any({ parameters: ["i32", "x"] })),
    TypeError,
  ],
  [
    "WebAssembly.Tag(): Argument 0 contains too many parameters",
    () => new Tag({ parameters: new Array(1001).fill("i32") }),
    TypeError,
  ],
  [
    "WebAssembly.Exception(): Argument 0 must be a WebAssembly tag",
    () => new Exception(any({}), []),
    TypeError,
  ],
  [
    "WebAssembly.Exception(): Exception values must be an iterable object",
    () => new Exception(numbers, any(1)),
    TypeError,
  ],
  [
    "WebAssembly.Exception(): Number of exception values does not match signature length",
    () => new Exception(numbers, [1]),
    TypeError,
  ],
  [
    "WebAssembly.Exception(): Argument 0 cannot be WebAssembly.JSTag",
    () => new Exception(JSTag, [1]),
    TypeError,
  ],
  [
    "WebAssembly.Exception(): Invalid type v128",
    () => new Exception(new Tag({ parameters: ["v128"] }), [1]),
    TypeError,
  ],
  [
    "WebAssembly.Exception.getArg(): Index out of range",
    () => new Exception(numbers, [1, 2n, 3, 4]).getArg(numbers, 4),
    RangeError,
  ],
  [
    "WebAssembly.Exception.getArg(): First argument does not match the exception tag",
    () => new Exception(numbers, [1, 2n, 3, 4]).getArg(JSTag, 0),
    TypeError,
  ],
  [
    "WebAssembly.Exception.is(): Argument 0 must be a WebAssembly.Tag",
    () => new Exception(numbers, [1, 2n, 3, 4]).is(any(1)),
    TypeError,
  ],
];

for (const [text, action, errorClass] of REFUSALS) {
  Deno.test(`"${text}"`, () => {
    assertEquals(assertThrows(action, errorClass).message, text);
  });
}
