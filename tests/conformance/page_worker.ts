/**
 * The runner in a worker of a page (whose main thread must not block, as some scripts do): gets the suite, the names of its scripts
 * and the mode, fetches `/SUITE/NAME.json` for each name, runs them and answers with the report, or an error as text.
 *
 * @module
 */

import { type Mode, runSuite, type SuiteReport } from "./run.ts";

/** What the page asks. */
export type Request = readonly [suite: string, names: readonly string[], mode: Mode];

/** What it gets. */
export type Answer = { readonly report: SuiteReport } | { readonly error: string };

interface WorkerScope {
  onmessage: (event: MessageEvent<Request>) => void;
  postMessage(answer: Answer): void;
}

async function fetchAndRun([suite, names, mode]: Request): Promise<SuiteReport> {
  const scripts = await Promise.all(names.map(async (name) => {
    const response = await fetch(`/${suite}/${name}.json`);
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    return { name, json: await response.text() };
  }));
  return runSuite(scripts, { suite, mode });
}

const scope = globalThis as unknown as WorkerScope;
scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage({ report: await fetchAndRun(data) });
  } catch (error) {
    scope.postMessage({ error: String(error) });
  }
};
