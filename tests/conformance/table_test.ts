import { assertEquals } from "@std/assert";
import type { SuiteReport } from "./run.ts";
import { markdownTable } from "./table.ts";

const report = (total: number, passed: number, more: Partial<SuiteReport> = {}): SuiteReport => ({
  total,
  passed,
  failed: 0,
  nanPayloads: 0,
  notCovered: {},
  notCarried: {},
  failures: [],
  ...more,
});

Deno.test("markdownTable() has a row per suite and mode and a column per host", () => {
  const suites = { a: report(5, 5), b: report(7, 4, { notCovered: { gc: 2 }, nanPayloads: 1 }) };
  const api = { a: report(5, 3, { notCarried: { v128: 2 } }), b: suites.b };
  const host = { version: "1", suites: { binaries: suites, texts: suites, api } };
  assertEquals(
    markdownTable({ One: host, Two: host }).split("\n"),
    [
      "| suite | One | Two |",
      "| --- | --- | --- |",
      "| a | 5 / 5 | 5 / 5 |",
      "| b | 4 / 7 (1 NaN payloads, 2 need gc) | 4 / 7 (1 NaN payloads, 2 need gc) |",
      "| all, from binaries | 9 / 12 (1 NaN payloads, 2 need gc) | 9 / 12 (1 NaN payloads, 2 need gc) |",
      "| all, from texts | 9 / 12 (1 NaN payloads, 2 need gc) | 9 / 12 (1 NaN payloads, 2 need gc) |",
      "| all, through the JS API | 7 / 10 (1 NaN payloads, 2 need gc) | 7 / 10 (1 NaN payloads, 2 need gc) |",
      "",
      "Not counted through the JS API, which cannot carry them: v128 (2).",
    ],
  );
});
