import { assertEquals } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Outcome, tandem, withDirectory } from "../command_line.ts";

/** Runs a script on the command line; its name in the output is `script.wast`. */
function wast(text: string): Outcome {
  let outcome: Outcome | undefined;
  withDirectory((directory) => {
    const file = join(directory, "script.wast");
    writeFileSync(file, text);
    const { code, stdout, stderr } = tandem(["wast", file]);
    const shortened = (text: string) => text.replaceAll(file, "script.wast");
    outcome = { code, stdout: shortened(stdout), stderr: shortened(stderr) };
  });
  return outcome!;
}

const passes = (count: number): Outcome => ({
  code: 0,
  stdout: `script.wast: ${count} of ${count} passed\n`,
  stderr: "",
});

const MEMORY = '(module $Mem (memory (export "shared") 1 4 shared))';

/** A module over the shared memory: a mailbox of one message, whose flag is at 0 and whose contents are at 4. */
const MAILBOX = `(register "mem" $Mem)
  (module $Mailbox
    (memory (import "mem" "shared") 1 4 shared)
    (func (export "send") (param $message i32)
      (loop $full
        (if (i32.atomic.load (i32.const 0))
          (then
            (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const -1)))
            (br $full))))
      (i32.store (i32.const 4) (local.get $message))
      (i32.atomic.store (i32.const 0) (i32.const 1))
      (drop (memory.atomic.notify (i32.const 0) (i32.const -1))))
    (func (export "receive") (result i32) (local $message i32)
      (loop $empty
        (if (i32.eqz (i32.atomic.load (i32.const 0)))
          (then
            (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
            (br $empty))))
      (local.set $message (i32.load (i32.const 4)))
      (i32.atomic.store (i32.const 0) (i32.const 0))
      (drop (memory.atomic.notify (i32.const 0) (i32.const -1)))
      (local.get $message))
    (func (export "pause") (result i32)
      (memory.atomic.wait32 (i32.const 8) (i32.const 0) (i64.const -1)))
    (func (export "wake") (result i32) (local $woken i32)
      (loop $again
        (br_if $again (i32.eqz (local.tee $woken (memory.atomic.notify (i32.const 8) (i32.const 1))))))
      (local.get $woken)))`;

Deno.test("two threads of a script pass messages", () => {
  assertEquals(
    wast(`${MEMORY}
      (thread $Sender (shared (module $Mem)) ${MAILBOX}
        (invoke "send" (i32.const 1))
        (invoke "send" (i32.const 2))
        (invoke "send" (i32.const 3)))
      (thread $Receiver (shared (module $Mem)) ${MAILBOX}
        (assert_return (invoke "receive") (i32.const 1))
        (assert_return (invoke "receive") (i32.const 2))
        (assert_return (invoke "receive") (either (i32.const 0) (i32.const 3))))
      (wait $Sender)
      (wait $Receiver)`),
    passes(15),
  );
});

Deno.test("a thread wakes another one that waits, and the main one", () => {
  const waker = (name: string) =>
    `(thread ${name} (shared (module $Mem)) ${MAILBOX} (assert_return (invoke "wake") (i32.const 1)))`;
  assertEquals(
    wast(`${MEMORY}
      (thread $Sleeper (shared (module $Mem)) ${MAILBOX} (assert_return (invoke "pause") (i32.const 0)))
      ${waker("$First")}
      (wait $First)
      (wait $Sleeper)
      ${waker("$Second")}
      ${MAILBOX}
      (assert_return (invoke "pause") (i32.const 0))
      (wait $Second)`),
    passes(19),
  );
});

Deno.test("a thread starts another one while the main one is blocked", () => {
  assertEquals(
    wast(`${MEMORY} ${MAILBOX}
      (thread $Outer (shared (module $Mem))
        (thread $Inner (shared (module $Mem)) ${MAILBOX} (invoke "wake"))
        (wait $Inner))
      (assert_return (invoke "pause") (i32.const 0))
      (wait $Outer)`),
    passes(11),
  );
});

Deno.test("failing commands of threads fail the script, with their lines", () => {
  assertEquals(
    wast(`${MEMORY}
      (thread $T (shared (module $Mem))
        (register "mem" $Mem)
        (module (memory (import "mem" "shared") 1 4 shared)
          (func (export "grow") (result i32) (memory.grow (i32.const 1)))
          (func (export "trap") (unreachable)))
        (assert_return (invoke "grow") (i32.const 1))
        (assert_return (invoke "grow") (i32.const 1))
        (assert_trap (invoke "trap") "unreachable")
        (invoke "trap"))
      (wait $T)
      (wait $U)`),
    {
      code: 1,
      stdout: "script.wast: 7 of 10 passed\n",
      stderr: [
        "tandem: script.wast:8: assert_return: got 0x00000002; expected 0x00000001",
        "tandem: script.wast:10: action: threw RuntimeError: unreachable",
        "tandem: script.wast:12: wait: there is no thread $U",
        "",
      ].join("\n"),
    },
  );
});

Deno.test("threads that nobody waits for are run, and their stack overflows are theirs", () => {
  assertEquals(
    wast(`(thread
        (module (func $f (export "f") (result i32) (i32.add (call $f) (i32.const 1)))
          (func (export "g") (result i32) (i32.const 1)))
        (assert_exhaustion (invoke "f") "call stack exhausted")
        (assert_return (invoke "g") (i32.const 2)))`),
    {
      code: 1,
      stdout: "script.wast: 3 of 4 passed\n",
      stderr: "tandem: script.wast:5: assert_return: got 0x00000001; expected 0x00000002\n",
    },
  );
});
