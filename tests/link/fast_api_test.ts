import { assertEquals, assertStrictEquals } from "@std/assert";
import { boundCall, trackBoundFunctions } from "../../lib/link/bound_functions.ts";
import {
  type CSignature,
  type CType,
  declareFastFunction,
  fastFunctionOf,
  fastImportOf,
  fitOverload,
} from "../../lib/link/fast_api.ts";
import {
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FunctionType,
  I32,
  I64,
  type ValueType,
} from "../../lib/syntax/types.ts";

function type(params: ValueType[], results: ValueType[] = []): FunctionType {
  return { kind: "func", params, results };
}

function c(params: CType[], result: CType = "void", int64: CSignature["int64"] = "bigint"): CSignature {
  return { params, result, int64 };
}

/** The reason against a single overload; null when it fits. */
function miss(wasm: FunctionType, signature: CSignature, receiver: "any" | "first parameter" = "any") {
  const fit = fitOverload(wasm, [signature], receiver);
  return fit.overload === null ? fit.reasons[0] : null;
}

Deno.test("types of equal machine representation fit", () => {
  for (const cType of ["bool", "i32", "u32"] as const) {
    assertEquals(miss(type([I32], [I32]), c([cType], cType)), null);
    assertEquals(miss(type([I64]), c([cType])), "parameter type mismatch");
  }
  assertEquals(miss(type([F32], [F32]), c(["f32"], "f32")), null);
  assertEquals(miss(type([F64], [F64]), c(["f64"], "f64")), null);
  assertEquals(miss(type([EXTERNREF], [FUNCREF]), c(["any"], "any")), null);
  assertEquals(miss(type([F32]), c(["f64"])), "parameter type mismatch");
  assertEquals(miss(type([I32]), c(["u8"])), "parameter type mismatch");
  assertEquals(miss(type([I64]), c(["any"])), "parameter type mismatch");
  assertEquals(miss(type([EXTERNREF]), c(["one-byte string"])), "parameter type mismatch");
});

Deno.test("a 64-bit integer is i64 as a bigint, and i32, f32 or f64 as a number", () => {
  for (const cType of ["i64", "u64"] as const) {
    assertEquals(
      [I32, I64, F32, F64].map((wasm) => miss(type([wasm]), c([cType], "void", "bigint")) === null),
      [
        false,
        true,
        false,
        false,
      ],
    );
    assertEquals(
      [I32, I64, F32, F64].map((wasm) => miss(type([wasm]), c([cType], "void", "number")) === null),
      [
        true,
        false,
        true,
        true,
      ],
    );
  }
});

Deno.test("results must agree", () => {
  assertEquals(miss(type([], [I32, I32]), c([], "i32")), "too many return values");
  assertEquals(miss(type([], [I32]), c([], "void")), "too many return values");
  assertEquals(miss(type([]), c([], "i32")), "too few return values");
  assertEquals(miss(type([], [F64]), c([], "i32")), "mismatching return value");
});

Deno.test("the arity must agree, then each parameter", () => {
  assertEquals(miss(type([I32]), c(["f64", "f64"])), "mismatched arity");
  assertEquals(miss(type([I32, I32]), c(["sequence", "f64"])), "sequence types are not allowed");
  assertEquals(miss(type([I32, I32]), c(["f64", "sequence"])), "parameter type mismatch");
});

Deno.test("a receiver that is the first parameter is a reference", () => {
  assertEquals(
    miss(type([]), c([]), "first parameter"),
    "at least one parameter is needed as the receiver",
  );
  assertEquals(miss(type([I32]), c([]), "first parameter"), "the receiver has to be a reference");
  assertEquals(miss(type([EXTERNREF, I32]), c(["i32"]), "first parameter"), null);
  assertEquals(miss(type([EXTERNREF]), c(["any"]), "first parameter"), "mismatched arity");
});

Deno.test("types the fast API does not pass are refused before all else", () => {
  assertEquals(miss(type([], [I32]), c(["unsupported"])), "signature not supported by the fast API");
  assertEquals(miss(type([]), c([], "unsupported")), "signature not supported by the fast API");
});

Deno.test("the first overload that fits is taken, otherwise each has its reason", () => {
  const overloads = [c(["i32", "i32"]), c(["f64"]), c(["any"]), c(["any"])];
  assertEquals(fitOverload(type([EXTERNREF]), overloads, "any"), { overload: 2 });
  assertEquals(fitOverload(type([F32]), overloads, "any"), {
    overload: null,
    reasons: [
      "mismatched arity",
      "parameter type mismatch",
      "parameter type mismatch",
      "parameter type mismatch",
    ],
  });
});

Deno.test("declareFastFunction() returns the function, which is known from then on", () => {
  const declaration = { overloads: [c([])], acceptsAnyReceiver: true };
  const f = () => {};
  assertStrictEquals(declareFastFunction(f, declaration), f);
  assertStrictEquals(fastFunctionOf(f), declaration);
  assertEquals([fastFunctionOf(() => {}), fastFunctionOf(null), fastFunctionOf({})], [
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(fastImportOf(() => {}, type([])), null);
});

Deno.test("a plain function must fit with its first overload", () => {
  const f = declareFastFunction(() => {}, { overloads: [c(["i32"]), c(["f64"])], acceptsAnyReceiver: true });
  assertEquals(fastImportOf(f, type([I32]))?.fit, { overload: 0 });
  assertEquals(fastImportOf(f, type([F64]))?.fit, { overload: null, reasons: ["parameter type mismatch"] });
});

Deno.test("a plain function must accept any receiver", () => {
  const f = declareFastFunction(() => {}, { overloads: [c([])], acceptsAnyReceiver: false });
  assertEquals(fastImportOf(f, type([]))?.fit, { overload: null, reasons: ["the receiver is checked"] });
});

Deno.test("a bound call may use any overload, and keeps what the function declares", () => {
  const declaration = {
    overloads: [c(["i32"]), c(["f64"])],
    acceptsAnyReceiver: false,
    receiverCheck: (receiver: unknown) => receiver !== null,
    data: "data",
  };
  const f = declareFastFunction(() => {}, declaration);
  const found = fastImportOf(boundCall(f), type([EXTERNREF, F64]));
  assertStrictEquals(found?.target, f);
  assertStrictEquals(found?.declaration, declaration);
  assertEquals([found?.receiver, found?.fit], ["first parameter", { overload: 1 }]);
});

Deno.test("a function bound once, without arguments, is the function itself", () => {
  const f = declareFastFunction(() => {}, { overloads: [c(["i32"])], acceptsAnyReceiver: true });
  const stop = trackBoundFunctions();
  const once = f.bind(null), twice = once.bind(null);
  // deno-lint-ignore no-explicit-any
  const withArgument = (f as any).bind(null, 1);
  stop();
  assertEquals(fastImportOf(once, type([I32]))?.fit, { overload: 0 });
  assertEquals([fastImportOf(twice, type([I32])), fastImportOf(withArgument, type([I32]))], [null, null]);
});
