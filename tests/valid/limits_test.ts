import { assert, assertEquals, assertThrows } from "@std/assert";
import { Engine } from "../../lib/js_api/engine.ts";
import { watToWasm } from "../../lib/text/wat.ts";

const { WebAssembly } = new Engine();

function accepts(text: string): void {
  assert(WebAssembly.validate(watToWasm(text)));
}

function refuses(text: string, message: RegExp): void {
  const error = assertThrows(() => new WebAssembly.Module(watToWasm(text)), WebAssembly.CompileError);
  assert(message.test(error.message), error.message);
}

const functionOf = (params: number, locals: number) =>
  `(func (param ${"i32 ".repeat(params)}) (local ${"i32 ".repeat(locals)}))`;

Deno.test("a function may have 50000 locals, its parameters included", () => {
  accepts(functionOf(2, 49_998));
  refuses(functionOf(2, 49_999), /local count too large @\+\d+$/);
});

/** Types that each extend the one before. */
const chain = (depth: number) =>
  Array.from({ length: depth + 1 }, (_, i) => `(type (sub ${i === 0 ? "" : i - 1} (struct)))`).join("\n");

Deno.test("subtypes may be 63 deep", () => {
  accepts(chain(63));
  refuses(chain(64), /^WebAssembly\.Module\(\): type 64: subtyping depth is greater than allowed @\+\d+$/);
});

const fixedArray = (length: number) =>
  `(type $a (array i32)) (func (result (ref $a)) ${
    "(i32.const 0)".repeat(length)
  } (array.new_fixed $a ${length}))`;

Deno.test("array.new_fixed may take 10000 operands", () => {
  accepts(fixedArray(10_000));
  refuses(
    fixedArray(10_001),
    /Requested length 10001 for array\.new_fixed too large, maximum is 10000 @\+\d+$/,
  );
});

for (
  const [type, most, units] of [
    ["", "65536", "pages"],
    ["i64 ", "281474976710656", "pages"],
  ] as const
) {
  Deno.test(`a memory may declare ${type}${most} pages`, () => {
    const past = String(BigInt(most) + 1n);
    accepts(`(memory ${type}${most})`);
    accepts(`(memory ${type}0 ${most})`);
    refuses(
      `(memory ${type}${past})`,
      new RegExp(
        `memory size \\(${past} ${units}\\) is larger than implementation limit \\(${most} ${units}\\)`,
      ),
    );
  });
}

for (
  const [what, type] of [["memory", "i64 262145"], ["table", "10000001 funcref"], [
    "table",
    "i64 10000001 funcref",
  ]]
) {
  Deno.test(`a ${what} of ${type.split(" ").at(-1) === "funcref" ? type : `${type} pages`} can be declared, but not made`, () => {
    const module = new WebAssembly.Module(watToWasm(`(${what} ${type})`));
    const error = assertThrows(() => new WebAssembly.Instance(module), RangeError);
    assertEquals(error instanceof WebAssembly.RuntimeError, false);
  });
}
