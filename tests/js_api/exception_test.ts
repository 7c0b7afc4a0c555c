import { assert, assertEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { watToWasm } from "../../lib/text/wat.ts";

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

Deno.test("Tag.type() gives the types of the parameters", () => {
  assertEquals(numbers.type(), { parameters: ["i32", "i64", "f64", "externref"] });
  assertEquals(JSTag.type(), { parameters: ["externref"] });
});

Deno.test("the index of getArg() is an integer as Web IDL reads it", () => {
  const exception = new Exception(numbers, [1, 2n, 0.5, null]);
  assertEquals(exception.getArg(numbers, 0.7), 1);
  assertEquals(exception.getArg(numbers, "2" as unknown as number), 0.5);
  for (const index of [-1, 2 ** 32, NaN, Infinity, undefined]) {
    assertThrows(() => exception.getArg(numbers, index as number), TypeError);
  }
});

Deno.test("the members of Exception refuse other receivers, errors among them", () => {
  const { is, getArg } = Exception.prototype;
  const stack = Object.getOwnPropertyDescriptor(Exception.prototype, "stack")!.get!;
  for (const other of [{}, new Error(), Exception.prototype, null]) {
    assertThrows(() => is.call(other as never, numbers), TypeError);
    assertThrows(() => getArg.call(other as never, numbers, 0), TypeError);
    assertThrows(() => stack.call(other), TypeError);
  }
});

/** The exports of an instance. */
// deno-lint-ignore no-explicit-any
function instantiate(text: string, imports = {}): any {
  return new WebAssembly.Instance(new WebAssembly.Module(watToWasm(text)), imports).exports;
}

const EXNREF_CROSSINGS: Readonly<Record<string, () => unknown>> = {
  "as an argument": () => instantiate('(func (export "f") (param exnref))').f(null),
  "as a result": () => instantiate('(func (export "f") (result exnref) (ref.null exn))').f(),
  "as the value of a global": () => instantiate('(global (export "g") exnref (ref.null exn))').g.value,
  "into a global": () => instantiate('(global (export "g") (mut exnref) (ref.null exn))').g.value = null,
  "out of a table": () => instantiate('(table (export "t") 1 exnref)').t.get(0),
  "into a table": () => instantiate('(table (export "t") 1 exnref)').t.set(0, null),
  "into a longer table": () => instantiate('(table (export "t") 1 exnref)').t.grow(1, null),
  "to an imported function": () =>
    instantiate('(import "m" "f" (func $f (param exnref))) (func (export "f") (call $f (ref.null exn)))', {
      m: { f() {} },
    }).f(),
  "from an imported function": () =>
    instantiate('(import "m" "f" (func $f (result exnref))) (func (export "f") (drop (call $f)))', {
      m: { f: () => null },
    }).f(),
};

for (const [way, cross] of Object.entries(EXNREF_CROSSINGS)) {
  Deno.test(`an exnref does not cross ${way}`, () => {
    assertThrows(cross, TypeError);
  });
}

/** Runs `body` in a handler of everything, of the new kind and of the old one; 1 when it caught something. */
const catching = (body: string) => [
  `(func (export "f") (result i32) (block $h (try_table (catch_all $h) ${body}) (return (i32.const 0))) (i32.const 1))`,
  `(func (export "f") (result i32) (try (result i32) (do ${body} (i32.const 0)) (catch_all (i32.const 1))))`,
];

Deno.test("no handler catches a trap", () => {
  for (const text of catching("(unreachable)")) {
    assertThrows(() => instantiate(text).f(), WebAssembly.RuntimeError, "unreachable");
  }
});

Deno.test("no handler catches a trap that JavaScript caught and threw again", () => {
  const { trap } = instantiate('(func (export "trap") (unreachable))');
  const f = () => {
    try {
      trap();
    } catch (error) {
      throw error;
    }
  };
  for (const text of catching("(call $f)")) {
    assertThrows(
      () => instantiate(`(import "m" "f" (func $f)) ${text}`, { m: { f } }).f(),
      WebAssembly.RuntimeError,
      "unreachable",
    );
  }
});

Deno.test("no handler catches a stack overflow", () => {
  for (const text of catching("(call $deeper)")) {
    const error = assertThrows(() => instantiate(`(func $deeper (call $deeper)) ${text}`).f(), RangeError);
    assert(/stack/i.test(error.message), error.message);
  }
});

Deno.test("handlers catch a RuntimeError that JavaScript made", () => {
  const f = () => {
    throw new WebAssembly.RuntimeError("unreachable");
  };
  for (const text of catching("(call $f)")) {
    assertEquals(instantiate(`(import "m" "f" (func $f)) ${text}`, { m: { f } }).f(), 1);
  }
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

Deno.test("options are read after the values are converted", () => {
  const log: string[] = [];
  const value = { valueOf: () => log.push("value") };
  const options = {
    get traceStack() {
      log.push("options");
      return false;
    },
  };
  new Exception(numbers, [value, 2n, 0, null], options);
  assertEquals(log, ["value", "options"]);
});
