import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { InstantiationErrors } from "../../lib/link/errors.ts";
import { sanitizeImports } from "../../lib/link/lookup.ts";
import type { ExternKind } from "../../lib/syntax/module.ts";
import { compiledModule, testEngine } from "../instance/test_engine.ts";

type Entry = [module: string, name: string, kind?: ExternKind];

function read(entries: Entry[], imports: unknown, importedStringConstants: string | null = null): unknown[] {
  const module = compiledModule(testEngine(), {
    imports: entries.map(([module, name, kind = "global"], index) => ({ module, name, kind, index })),
  }, { builtins: [], importedStringConstants });
  return sanitizeImports(
    module,
    imports,
    new InstantiationErrors(module.record, "WebAssembly.Instance()"),
  );
}

Deno.test("sanitizeImports() reads module and field of every import once, in import order", () => {
  const reads: string[] = [];
  const logged = (name: string, target: object): object =>
    new Proxy(target, {
      get(object, key) {
        reads.push(`${name}.${String(key)}`);
        return Reflect.get(object, key);
      },
    });
  const a = logged("a", { x: 1, y: 2 });
  const values = read([["a", "y"], ["b", "z"], ["a", "x"]], logged("imports", { a, b: logged("b", {}) }));
  assertEquals(values, [2, undefined, 1]);
  assertEquals(reads, ["imports.a", "a.y", "imports.b", "b.z", "imports.a", "a.x"]);
});

Deno.test("sanitizeImports() needs an imports object only for imports", () => {
  assertEquals(read([], undefined), []);
  assertThrows(
    () => read([["a", "x"]], undefined),
    TypeError,
    "WebAssembly.Instance(): Imports argument must be present and must be an object",
  );
});

Deno.test("sanitizeImports() wants an object or function for each module name", () => {
  for (const value of [undefined, null, 1, "s", Symbol()]) {
    assertThrows(
      () => read([["b", "x"], ["a", "x"]], { b: {}, a: value }),
      TypeError,
      'WebAssembly.Instance(): Import #1 "a": module is not an object or function',
    );
  }
  assertEquals(read([["a", "x"]], { a: Object.assign(() => {}, { x: 3 }) }), [3]);
});

Deno.test("sanitizeImports() lets what a getter throws pass", () => {
  const error = new Error("own");
  const imports = {
    get a(): object {
      throw error;
    },
  };
  let caught: unknown;
  try {
    read([["a", "x"]], imports);
  } catch (thrown) {
    caught = thrown;
  }
  assertStrictEquals(caught, error);
});

Deno.test("sanitizeImports() gives string constants their own names, without an imports object", () => {
  assertEquals(read([["'", "text"], ["'", ""]], undefined, "'"), ["text", ""]);
  assertThrows(() => read([["'", "f", "function"]], undefined, "'"), TypeError);
});
