/**
 * Prints what programs compute in QuickJS, from the npm package quickjs-emscripten.
 *
 * @module
 */

import { getQuickJS, shouldInterruptAfterDeadline } from "quickjs-emscripten";
import "./engine_in_use.ts";

const SCRIPTS = [
  `1 + 1`,
  `0.1 + 0.2`,
  `[1e21, -0, 1 / 3, 5e-324, 2 ** 53 + 1, NaN, -Infinity].map((x) => Object.is(x, -0) ? "-0" : String(x)).join()`,
  `(function fib(n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); })(18)`,
  `2n ** 200n - 3n ** 77n + ""`,
  `JSON.stringify({ a: [1, { b: "\\u20ac\\ud83d\\ude00" }], c: null }, null, 1)`,
  `"the quick brown fox".replace(/(\\w+) (\\w+)/g, "$2 $1") + /(?<y>\\d{4})-(?<m>\\d\\d)/u.exec("on 2024-05-06").groups.m`,
  `[5, 3, 9, 1].sort((a, b) => a - b).concat([...new Set([1, 1, 2])]).join("-")`,
  `class A { #x = 1; get x() { return this.#x; } } class B extends A { get x() { return super.x + 41; } } new B().x`,
  `[...(function* () { let [a, b] = [0, 1]; while (a < 100) { yield a; [a, b] = [b, a + b]; } })()].join()`,
  `let n = 0; for (let i = 0; i < 200000; i++) n = (n * 31 + i) | 0; n`,
  `Math.sin(1) + Math.exp(2) + Math.pow(1.1, 10) + Math.atan2(1, 2) + Math.cbrt(3)`,
  `new Date(Date.UTC(2020, 1, 29, 12)).toISOString() + Date.parse("2001-02-03T04:05:06Z")`,
  `new Float32Array([1.1, 2.2]).join() + new Uint8Array(new Float64Array([Math.PI]).buffer).join()`,
  `try { null.x } catch (error) { error.name + ": " + error.message }`,
  `"a".repeat(100000).split("").map((c, i) => i % 7).reduce((a, b) => a + b)`,
  `throw new RangeError("out")`,
  `let x = ;`,
];

const quickJS = await getQuickJS();
const show = (value: unknown) => typeof value === "object" ? JSON.stringify(value) : String(value);

for (const script of SCRIPTS) {
  try {
    console.log(show(quickJS.evalCode(script)));
  } catch (error) {
    console.log("thrown:", (error as Error).name, (error as Error).message);
  }
}

const context = quickJS.newContext();
const log = context.newFunction("log", (...args) => {
  console.log("log:", ...args.map((arg) => show(context.dump(arg))));
  return context.newNumber(args.length);
});
context.setProp(context.global, "log", log);
log.dispose();
const outcome = context.evalCode(`
  const later = [];
  for (let i = 0; i < 5; i++) Promise.resolve(i).then(async (value) => { await null; later.push(log("then", value)); });
  log("first", { a: [1, 2] }, "\\u00e4");
  globalThis.later = later;
  later.length`);
const count = context.unwrapResult(outcome);
console.log(show(context.dump(count)));
count.dispose();
console.log("jobs:", quickJS.evalCode("1"), context.runtime.executePendingJobs().unwrap() > 0);
const later = context.getProp(context.global, "later");
console.log(show(context.dump(later)));
later.dispose();
context.dispose();

const runtime = quickJS.newRuntime();
runtime.setMemoryLimit(1 << 20);
const limited = runtime.newContext();
const full = limited.evalCode(`const all = []; while (true) all.push(new Array(1000).fill(0));`);
console.log("memory limit:", full.error ? limited.dump(full.error).message : "none");
full.dispose();
runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + 30));
const endless = limited.evalCode(`while (true);`);
console.log("interrupt:", endless.error ? limited.dump(endless.error).message : "none");
endless.dispose();
limited.dispose();
runtime.dispose();
