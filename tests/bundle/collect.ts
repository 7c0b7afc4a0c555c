/**
 * `Deno.test` for other hosts: tests are collected when their modules load, and run by {@linkcode runCollected}. Must be
 * imported before them. The command line under test is the bundle of it, on the host that runs the tests.
 *
 * @module
 */

import process from "node:process";

/** What a test function gets. */
interface TestContext {
  step(name: string, fn: (context: TestContext) => unknown): Promise<void>;
}

type TestFunction = (context: TestContext) => unknown;

const tests: { readonly name: string; readonly fn: TestFunction }[] = [];

function test(first: string | { name: string; fn: TestFunction; ignore?: boolean }, fn?: TestFunction): void {
  if (typeof first === "string") tests.push({ name: first, fn: fn! });
  else if (!first.ignore) tests.push({ name: first.name, fn: fn ?? first.fn });
}

Object.defineProperty(globalThis, "Deno", { value: { test }, configurable: true });
process.env.TANDEM_COMMAND = JSON.stringify([process.execPath, "dist/tandem.mjs"]);

/** Runs the tests one after the other; prints what failed, then a line with the numbers after `host`. */
export async function runCollected(host: string): Promise<void> {
  const context: TestContext = {
    async step(_name, fn) {
      await fn(context);
    },
  };
  let failed = 0;
  for (const { name, fn } of tests) {
    try {
      await fn(context);
    } catch (error) {
      failed++;
      console.log(`${host}: ${name} ... FAILED\n${error instanceof Error ? error.stack ?? error : error}\n`);
    }
  }
  console.log(`${host}: ${tests.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
