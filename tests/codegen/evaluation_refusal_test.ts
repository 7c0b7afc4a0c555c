import { assertEquals, assertMatch } from "@std/assert";
import { evaluationRefusal, refusalOf } from "../../lib/codegen/evaluation_refusal.ts";

Deno.test("this host lets text become code", () => {
  assertEquals(evaluationRefusal(), null);
});

Deno.test("a host that does not is named as the reason", () => {
  const refusal = refusalOf(
    class {
      constructor() {
        throw new EvalError("Code generation from strings disallowed for this context");
      }
    },
  );
  assertMatch(refusal!, /^Wasm code generation disallowed by embedder: new Function is forbidden here/);
});
