/**
 * Chromium as a host: a page, driven by playwright-core, that gets bundle and scripts from a server on this machine.
 *
 * @module
 */

import { basename } from "node:path";
import { chromium } from "playwright-core";
import type { Answer, Request } from "./page_worker.ts";
import type { Mode, SuiteReport } from "./run.ts";

/** Where Debian's package puts it. */
const EXECUTABLE = "/usr/bin/chromium";
const ARGUMENTS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Cross-origin isolation: without it a page has no SharedArrayBuffer. */
const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Its `ask(REQUEST)` passes a request to the worker and returns a promise of the answer. */
const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Conformance</title>
<script type="module">
  const worker = new Worker("/worker.mjs", { type: "module" });
  globalThis.ask = (request) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(request);
  });
</script>
`;

/** Serves the page, its worker and the scripts in `folder/SUITE/`. */
function serve(bundle: string, folder: string): Deno.HttpServer<Deno.NetAddr> {
  const file = async (path: string, type: string) =>
    new Response((await Deno.open(path)).readable, { headers: { ...HEADERS, "content-type": type } });
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response(PAGE, { headers: { ...HEADERS, "content-type": "text/html" } });
    if (pathname === "/worker.mjs") return await file(bundle, "text/javascript");
    if (/^\/[\w-]+\/[\w.-]+\.json$/.test(pathname)) return await file(folder + pathname, "application/json");
    return new Response(null, { status: 404 });
  });
}

/** A page that runs suites. */
export interface ConformancePage extends AsyncDisposable {
  /** Of the browser. */
  readonly version: string;
  /** Runs the scripts of a suite. */
  run(suite: string, scripts: readonly string[], mode: Mode): Promise<SuiteReport>;
}

/**
 * Starts Chromium and opens the page whose worker is the file `bundle` (page_worker.ts); `folder` has the suites.
 *
 * @throws {Error} when there is no Chromium, or it does not start.
 */
export async function openPage(bundle: string, folder: string): Promise<ConformancePage> {
  try {
    Deno.statSync(EXECUTABLE);
  } catch {
    throw new Error(`there is no ${EXECUTABLE}: install it (Debian: apt-get install chromium)`);
  }
  // Playwright gives it a fresh directory for its profile.
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ARGUMENTS });
  const server = serve(bundle, folder);
  const close = async () => {
    await browser.close();
    await server.shutdown();
  };
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.addr.port}/`);
    if (!await page.evaluate("crossOriginIsolated")) throw new Error("the page is not cross-origin isolated");
    return {
      version: browser.version(),
      run: async (suite, scripts, mode) => {
        const request: Request = [suite, scripts.map((script) => basename(script, ".json")), mode];
        const answer: Answer = await page.evaluate(`ask(${JSON.stringify(request)})`);
        if ("error" in answer) throw new Error(answer.error);
        return answer.report;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
