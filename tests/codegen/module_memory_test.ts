import { assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { Engine, type TraceEvent, watToWasm } from "../../mod.ts";
import { GENERIC } from "../../lib/codegen/call_shape.ts";
import { ModuleCode } from "../../lib/codegen/group.ts";
import { compiledModule } from "../../lib/js_api/engine.ts";
import type { Exported } from "./instances.ts";

const TEXT = `(module
  (import "m" "a" (func $a (param f64) (result f64))) (import "m" "b" (func $b (param f64) (result f64)))
  (func (export "ab") (param f64) (result f64) (call $b (call $a (local.get 0))))
  (func $other (export "other") (param f64) (result f64) (call $b (local.get 0))))`;
const AB = 2;
const OTHER = 3;

function moduleCode(): ModuleCode {
  const engine = new Engine();
  const module = new engine.WebAssembly.Module(watToWasm(TEXT));
  return new ModuleCode(compiledModule(engine, module)!);
}

const shapes = (...list: string[]) => (index: number) => list[index];

Deno.test("instances that agree share the generated text", () => {
  const code = moduleCode();
  const group = code.group(AB, shapes("js", "Math.sin"));
  for (let i = 0; i < 10; i++) assertStrictEquals(code.group(AB, shapes("js", "Math.sin")), group);
});

Deno.test("an import on which instances disagree becomes generic, once and for all; the others stay what they are", () => {
  const code = moduleCode();
  const first = code.group(AB, shapes("js", "Math.sin"));
  const second = code.group(AB, shapes("host", "Math.sin"));
  assertNotStrictEquals(second, first);
  assertEquals(second.fits(shapes("anything", "Math.sin")), true);
  assertEquals(second.fits(shapes("anything", "js")), false);
  for (const shape of ["js", "host", "Math.cos", GENERIC]) {
    assertStrictEquals(code.group(AB, shapes(shape, "Math.sin")), second);
  }
  // The text that the earlier instances have was not changed.
  assertEquals(first.fits(shapes("host", "Math.sin")), false);
});

Deno.test("a group that does not call the import in question is not touched", () => {
  const code = moduleCode();
  code.group(AB, shapes("js", "js"));
  const other = code.group(OTHER, shapes("js", "js"));
  code.group(AB, shapes("host", "js"));
  assertStrictEquals(code.group(OTHER, shapes("host", "js")), other);
});

Deno.test("instances that came before a disagreement keep their code, and none is made again for them", () => {
  const compiled: unknown[] = [];
  const { WebAssembly } = new Engine({
    trace: ({ name, args }: TraceEvent) => name === "compile" && compiled.push(args.function),
  });
  const module = new WebAssembly.Module(watToWasm(TEXT));
  const make = (a: unknown) =>
    new WebAssembly.Instance(module, { m: { a, b: Math.abs } } as never).exports as unknown as Record<
      string,
      Exported
    >;
  const first = make((x: number) => x - 1);
  assertEquals(first.ab(-1), 2);
  const second = make(Math.floor);
  const third = make((x: number) => x - 3);
  assertEquals([second.ab(-1.5), third.ab(-1), first.ab(-2), first.ab(-3)], [2, 4, 3, 4]);
  assertEquals(compiled, [AB, AB, AB]);
});
