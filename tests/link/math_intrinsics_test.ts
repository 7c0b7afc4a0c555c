import { assertEquals } from "@std/assert";
import { mathFunctionName, mathIntrinsicOf } from "../../lib/link/math_intrinsics.ts";
import { F32, F64, I32, type ValueType } from "../../lib/syntax/types.ts";

function find(value: unknown, params: ValueType[], results: ValueType[]) {
  return mathIntrinsicOf(value, { kind: "func", params, results });
}

Deno.test("functions of Math are intrinsics in double precision", () => {
  const { acos, asin, atan, cos, sin, tan, exp, log, abs, ceil, floor, sqrt } = Math;
  for (const f of [acos, asin, atan, cos, sin, tan, exp, log, abs, ceil, floor, sqrt]) {
    const intrinsic = find(f, [F64], [F64]);
    assertEquals(intrinsic?.name, `Math.${f.name}`);
    assertEquals(intrinsic?.code(0.75), f(0.75));
  }
  for (const f of [Math.atan2, Math.pow, Math.min, Math.max]) {
    assertEquals(find(f, [F64, F64], [F64])?.name, `Math.${f.name}`);
  }
});

Deno.test("those that wasm has in single precision are intrinsics there, and round", () => {
  for (const f of [Math.abs, Math.ceil, Math.floor, Math.sqrt]) {
    const intrinsic = find(f, [F32], [F32]);
    assertEquals(intrinsic?.name, `Math.${f.name} (f32)`);
    assertEquals(intrinsic?.code(Math.fround(0.7)), Math.fround(f(Math.fround(0.7))));
  }
  for (const f of [Math.min, Math.max]) {
    assertEquals(find(f, [F32, F32], [F32])?.code(0, -0), f(0, -0));
  }
  for (const f of [Math.sin, Math.exp, Math.pow]) assertEquals(find(f, [F32], [F32]), null);
});

Deno.test("fround is an intrinsic from double to single precision alone", () => {
  assertEquals(find(Math.fround, [F64], [F32])?.code(0.1), Math.fround(0.1));
  assertEquals(find(Math.fround, [F64], [F64]), null);
  assertEquals(find(Math.fround, [F32], [F32]), null);
});

Deno.test("another signature is no intrinsic", () => {
  assertEquals(find(Math.sin, [F64], []), null);
  assertEquals(find(Math.sin, [], [F64]), null);
  assertEquals(find(Math.sin, [F64, F64], [F64]), null);
  assertEquals(find(Math.sin, [F64], [F32]), null);
  assertEquals(find(Math.sin, [I32], [F64]), null);
  assertEquals(find(Math.max, [F64], [F64]), null);
  assertEquals(find(Math.min, [F32, F64], [F32]), null);
});

Deno.test("only the builtins themselves are intrinsics", () => {
  const { sin } = Math;
  assertEquals(find((x: number) => sin(x), [F64], [F64]), null);
  assertEquals(find(sin.bind(Math), [F64], [F64]), null);
  assertEquals(find(new Proxy(sin, {}), [F64], [F64]), null);
  assertEquals(find(Math.cbrt, [F64], [F64]), null);
  assertEquals([mathFunctionName(sin), mathFunctionName(Math.cbrt), mathFunctionName(1)], [
    "Math.sin",
    null,
    null,
  ]);
});

Deno.test("a replaced function of Math is no intrinsic, the original stays one", () => {
  const { cos } = Math;
  Math.cos = () => 7;
  try {
    assertEquals(find(Math.cos, [F64], [F64]), null);
    assertEquals(find(cos, [F64], [F64])?.code(0), 1);
  } finally {
    Math.cos = cos;
  }
});
