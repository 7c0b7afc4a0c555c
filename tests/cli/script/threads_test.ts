import { assertEquals } from "@std/assert";
import { Engine } from "../../../lib/js_api/engine.ts";
import { readScript } from "../../../lib/cli/script/from_text.ts";
import { commandCount, type Failure, type ScriptResult } from "../../../lib/cli/script/results.ts";
import { type RunOptions, runScript, runThread } from "../../../lib/cli/script/runner.ts";
import type { StartThread } from "../../../lib/cli/script/thread.ts";
import { watToWasm } from "../../../lib/text/wat.ts";

const parseText = (text: string) => watToWasm(text);

/** Runs threads on this one, with an engine each: what is posted to them is cloned. */
const startHere: StartThread = (task, onFailure) => {
  const options = { engine: new Engine(), parseText, startThread: startHere, onFailure };
  const result = runThread(structuredClone(task), options).then((result) => structuredClone(result));
  return Promise.resolve({ result, end: () => Promise.resolve() });
};

async function run(text: string, options: Partial<RunOptions> = {}): Promise<ScriptResult> {
  const script = readScript("test.wast", text);
  return await runScript(script, { engine: new Engine(), parseText, startThread: startHere, ...options });
}

const failuresOf = ({ failures }: ScriptResult) =>
  failures.map(({ line, command, message }) => `${line}: ${command}: ${message}`);

const MEMORY = '(module $Mem (memory (export "shared") 1 4 shared))';
const USER = `(register "mem" $Mem)
  (module (memory (import "mem" "shared") 1 4 shared)
    (func (export "load") (result i32) (i32.load (i32.const 0)))
    (func (export "store") (param i32) (i32.store (i32.const 0) (local.get 0)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1))))`;

Deno.test("a thread shares the memories of an instance, and its commands count", async () => {
  const result = await run(`${MEMORY}
    (thread $T (shared (module $Mem)) ${USER} (invoke "store" (i32.const 5)) (invoke "grow"))
    (wait $T)
    ${USER}
    (assert_return (invoke "load") (i32.const 5))
    (assert_return (invoke "grow") (i32.const 2))`);
  assertEquals([failuresOf(result), result.passed, commandCount(result)], [[], 11, 11]);
});

Deno.test("a thread shares several instances, the last of which is the current one", async () => {
  const result = await run(`(module $A (memory (export "a") 1 1 shared))
    (module $B (memory (export "b") 2 2 shared) (memory (export "c") 3 3 shared))
    (thread $T (shared (module $A)) (shared (module $B))
      (register "b") (register "a" $A)
      (module (memory (import "a" "a") 1 1 shared) (memory (import "b" "b") 2 2 shared)
        (memory (import "b" "c") 3 3 shared)))
    (wait $T)`);
  assertEquals(failuresOf(result), []);
});

Deno.test("a thread knows nothing of the one that starts it but what they share", async () => {
  const result = await run(`${MEMORY}
    (register "mem" $Mem)
    (thread $T
      (assert_unlinkable (module (memory (import "mem" "shared") 1 4 shared)) "unknown import")
      (register "mem" $Mem))
    (wait $T)`);
  assertEquals(failuresOf(result), ["5: register: there is no instance $Mem"]);
});

Deno.test("what a thread registers stays its own", async () => {
  const result = await run(`${MEMORY}
    (thread $T (shared (module $Mem)) (register "mem" $Mem))
    (wait $T)
    (assert_unlinkable (module (memory (import "mem" "shared") 1 4 shared)) "unknown import")`);
  assertEquals(failuresOf(result), []);
});

Deno.test("failures in threads, and in threads of threads, have the lines of the script and are told once", async () => {
  const told: Failure[] = [];
  const result = await run(
    `(thread $T
      (module (func (export "one") (result i32) (i32.const 1)))
      (assert_return (invoke "one") (i32.const 2))
      (thread $U
        (invoke "nothing"))
      (wait $U))
    (wait $T)
    (wait $T)`,
    { onFailure: (failure) => told.push(failure) },
  );
  assertEquals(failuresOf(result), [
    "3: assert_return: got 0x00000001; expected 0x00000002",
    "5: action: there is no instance",
  ]);
  assertEquals([told, commandCount(result)], [[...result.failures], 8]);
});

Deno.test("wait is for the thread of that name, without a name for the latest", async () => {
  const result = await run(`(thread $T (register "m")) (thread $T) (wait)
    (wait $T)
    (wait $U)`);
  assertEquals(failuresOf(result), ["3: wait: there is no thread $U", "1: register: there is no instance"]);
  assertEquals(failuresOf(await run("(wait)")), ["1: wait: there is no thread"]);
});

Deno.test("a script ends when its threads have, waited for or not", async () => {
  let end = () => {};
  const ended = new Promise<void>((resolve) => end = resolve);
  let hasEnded = false;
  const startThread: StartThread = (task, onFailure) => {
    const result = ended.then(async () => (await startHere(task, onFailure)).result);
    return Promise.resolve({ result, end: () => Promise.resolve(void (hasEnded = true)) });
  };
  const running = run('(thread (register "m"))', { startThread });
  setTimeout(end, 1);
  assertEquals([failuresOf(await running), hasEnded], [["1: register: there is no instance"], true]);
});

Deno.test("a thread that does not end, and nobody waits for, is ended and a failure", async () => {
  let hasEnded = false;
  const startThread: StartThread = () =>
    Promise.resolve({
      result: new Promise<never>(() => {}),
      end: () => Promise.resolve(void (hasEnded = true)),
    });
  const result = await run("\n(thread)", { startThread, patience: 1 });
  assertEquals([failuresOf(result), hasEnded], [
    ["2: thread: nobody waits for the thread, and it does not end"],
    true,
  ]);
});

Deno.test("a thread that ends before its commands is a failure", async () => {
  const startThread: StartThread = () =>
    Promise.resolve({ result: Promise.reject(new Error("gone")), end: () => Promise.resolve() });
  const message = "the thread ended early: Error: gone";
  assertEquals(failuresOf(await run("(thread $T)\n(wait $T)", { startThread })), [`2: wait: ${message}`]);
  assertEquals(failuresOf(await run("(thread)", { startThread })), [`1: thread: ${message}`]);
});

Deno.test("a host without workers says so", async () => {
  const none = await run("(thread $T)\n(wait $T)", { startThread: undefined });
  assertEquals(failuresOf(none), [
    "1: thread: the host has no workers to run threads on",
    "2: wait: there is no thread $T",
  ]);
  const startThread: StartThread = () => Promise.reject(new Error("not permitted"));
  assertEquals(failuresOf(await run("(thread)", { startThread })), [
    "1: thread: the host starts no worker for the thread: Error: not permitted",
  ]);
});

Deno.test("a module is shared only if all of its exports are shared memories", async () => {
  const result = await run(`(module $Plain (memory (export "m") 1)) (module $Code (func (export "f\\22")))
    (thread $T (shared (module $Plain)))
    (thread $U (shared (module $Code)))
    (thread $V (shared (module $Nobody)))`);
  const refused = "cannot be shared with a thread: its export";
  assertEquals(failuresOf(result), [
    `2: thread: $Plain ${refused} "m" is not a shared memory`,
    `3: thread: $Code ${refused} "f\\"" is not a shared memory`,
    "4: thread: there is no instance $Nobody",
  ]);
});

Deno.test("a thread that was to share what needs a switched-off feature is not covered, nor is waiting for it", async () => {
  const result = await run(`${MEMORY} (thread $T (shared (module $Mem))) (wait $T) (wait)`, {
    engine: new Engine({ features: ["mvp"] }),
  });
  assertEquals([failuresOf(result), [...result.notCovered]], [[], [["threads", 4]]]);
});

Deno.test("threads in scripts that other tools have made share one module", async () => {
  const { commands } = readScript("test.wast", `${MEMORY} (thread $T (register "mem" $Mem)) (wait $T)`);
  const script = {
    source_filename: "test.wast",
    commands: commands.map((command) =>
      command.type === "thread" ? { ...command, shared_modules: undefined, shared_module: "$Mem" } : command
    ),
  };
  const result = await runScript(script, { engine: new Engine(), parseText, startThread: startHere });
  assertEquals(failuresOf(result), []);
});
