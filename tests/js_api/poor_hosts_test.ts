import { assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import process from "node:process";

/** From a bundle, tests do not know where the library is. */
const ignore = !import.meta.url.endsWith("_test.ts");
const LIBRARY = new URL("../../mod.ts", import.meta.url).href;

/** What `program` prints, lines of JSON, in a process of its own that has lost some of its globals before the library is loaded. */
function without(globals: readonly string[], program: string): unknown[] {
  return onHost(
    `// Deno makes it when it is looked at, with much else.
    void setTimeout;
    for (const path of ${JSON.stringify(globals)}) {
      const [name, ...owner] = path.split(".").reverse();
      delete owner.reverse().reduce((object, key) => object[key], globalThis)[name];
    }`,
    program,
  );
}

/** What `program` prints, lines of JSON, in a process of its own where `change` has run before the library is loaded. */
function onHost(change: string, program: string): unknown[] {
  const script = `
    ${change}
    const { WebAssembly: W, watToWasm } = await import(${JSON.stringify(LIBRARY)});
    const link = (text, imports) => new W.Instance(new W.Module(watToWasm(text)), imports).exports;
    const print = (value) => console.log(JSON.stringify(value));
    const message = (run) => { try { run(); } catch (error) { return error.name + ": " + error.message; } };
    ${program}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["eval", "--quiet", script]);
  assertEquals(stderr.toString(), "");
  return stdout.toString().trimEnd().split("\n").map((line) => JSON.parse(line));
}

const ADD =
  '(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))';

for (const globals of [["performance"], ["Performance.prototype.measure"], ["setTimeout"]]) {
  Deno.test({
    name: `modules are compiled and instantiated where there is no ${globals[0]}`,
    ignore,
    fn() {
      const printed = without(
        globals,
        `print(link(${JSON.stringify(ADD)}).add(2, 3));
        // More than is validated in one go.
        const long = ${JSON.stringify(ADD)}.replace("(i32.add", "(nop)".repeat(600_000) + "(i32.add");
        const { instance } = await W.instantiate(watToWasm(long));
        print(instance.exports.add(3, 4));`,
      );
      assertEquals(printed, [5, 7]);
    },
  });
}

const ATOMIC = `(module (memory 1) (func (export "f") (result i32)
  (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 3))) (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
  (atomic.fence) (i32.atomic.load (i32.const 0))))`;

Deno.test({
  name: "atomic instructions run where there are no threads, and what needs shared memories says so by name",
  ignore,
  fn() {
    const [result, declared, made, library] = without(
      ["Atomics", "SharedArrayBuffer", "WebAssembly"],
      `print(link(${JSON.stringify(ATOMIC)}).f());
      print(message(() => link("(memory 1 1 shared)")));
      print(message(() => new W.Memory({ initial: 1, maximum: 1, shared: true })));
      print(link(${JSON.stringify(ADD)}).add(2, 3));`,
    );
    const reason = "TypeError: this host has no SharedArrayBuffer, which shared memories and globals need " +
      "(a page in a browser gets it when it is cross-origin isolated)";
    assertEquals([result, declared, made, library], [3, reason, reason, 5]);
  },
});

Deno.test({
  name: "an atomic operation on a shared memory says by name that there is no Atomics",
  ignore,
  fn() {
    const [message] = without(
      ["Atomics", "WebAssembly"],
      `print(message(() => link(${
        JSON.stringify(ATOMIC.replace("(memory 1)", "(memory 1 1 shared)"))
      }).f()));`,
    );
    assertEquals(message, "TypeError: this host has no Atomics, which shared memories need");
  },
});

Deno.test({
  name: "memories grow by copying where the host refuses its own, and it is asked less and less",
  ignore,
  fn() {
    const printed = onHost(
      `let asked = 0, refuses = true;
      const { Memory } = WebAssembly;
      WebAssembly.Memory = class extends Memory {
        constructor(descriptor) {
          asked++;
          if (refuses) throw new RangeError("could not allocate memory");
          super(descriptor);
        }
      };
      Object.defineProperty(WebAssembly.Memory.prototype, "buffer", Object.getOwnPropertyDescriptor(Memory.prototype, "buffer"));
      WebAssembly.Memory.prototype.grow = Memory.prototype.grow;`,
      `const { memory, fill, sum } = link(\`(module (memory (export "memory") 1 1000)
        (func (export "fill") (param i32) (i32.store (local.get 0) (i32.const 1)))
        (func (export "sum") (param i32) (result i32)
          (i32.add (i32.load (i32.const 0)) (i32.load (local.get 0)))))\`);
      fill(0);
      for (let pages = 1; pages < 200; pages++) memory.grow(1);
      print([asked, memory.buffer.byteLength, sum(65536 * 199)]);
      refuses = false;
      const grows = (start) => {
        const other = new W.Memory({ initial: start });
        other.grow(1);
        return asked;
      };
      print([grows(64), grows(256), grows(64)]);`,
    );
    assertEquals(printed, [[2, 200 * 65536, 1], [2, 3, 4]]);
  },
});

Deno.test({
  name: "memories are made where another library provides WebAssembly",
  ignore,
  fn() {
    const printed = onHost(
      `WebAssembly.Memory = class Memory {
        constructor({ initial }) {
          this.buffer = new ArrayBuffer(initial * 65536);
        }
      };`,
      `const memory = new W.Memory({ initial: 64 });
      print([memory.grow(1), memory.buffer.byteLength]);
      print(new W.Memory({ initial: 1, maximum: 2, shared: true }).grow(1));`,
    );
    assertEquals(printed, [[64, 65 * 65536], 1]);
  },
});
