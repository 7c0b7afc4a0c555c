/**
 * Runs `linkcheck.wasm`, C that reads web pages as if they were files: `fetch` is asynchronous, so it is imported as
 * `WebAssembly.Suspending`, and the export that comes to it is made `promising`. Without arguments there is a small site to
 * check.
 *
 * ```sh
 * deno run -A examples/linkcheck.ts [URL...]
 * ```
 *
 * Each page has an instance of its own, so that all can be checked at once: C keeps one stack in its memory, which
 * two computations of one instance would mix up.
 *
 * @module
 */

import { WebAssembly } from "../mod.ts";

/** What the program exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize(): void;
  argument(): number;
  argument_size(): number;
  check(length: number): number;
}

const module = new WebAssembly.Module(await Deno.readFile(new URL("linkcheck.wasm", import.meta.url)));

/** The number of broken links, from a page on. */
function check(url: string): Promise<number> {
  const bytes = (start: number, length: number) =>
    new Uint8Array(program.memory.buffer, start >>> 0, length >>> 0);
  const text = (start: number, length: number) => new TextDecoder().decode(bytes(start, length));

  /** Returns when the page is there; the C function that calls it does not go on before. */
  async function fetchPage(start: number, length: number, page: number, size: number): Promise<number> {
    try {
      const response = await fetch(text(start, length));
      const body = new Uint8Array(await response.arrayBuffer()).subarray(0, size);
      bytes(page, body.length).set(body);
      return response.ok ? body.length : -response.status;
    } catch {
      return -503;
    }
  }

  function report(start: number, length: number, result: number, depth: number): void {
    const outcome = result < 0 ? `error ${-result}` : `${result} bytes`;
    console.log(`${"  ".repeat(depth)}${text(start, length).slice(0, 60)}: ${outcome}`);
  }

  const imports = { page: { fetch: new WebAssembly.Suspending(fetchPage), report } };
  const program = new WebAssembly.Instance(module, imports).exports as unknown as Exports;
  program._initialize();
  const { read } = new TextEncoder().encodeInto(url, bytes(program.argument(), program.argument_size()));
  return WebAssembly.promising(program.check)(read);
}

function page(...links: string[]): string {
  return `data:text/html,${encodeURIComponent(links.map((link) => `<a href="${link}">link</a>`).join("\n"))}`;
}

const site = [page("data:,one", page("data:,two", "http://localhost:1/")), "data:,three"];
const broken = await Promise.all((Deno.args.length > 0 ? Deno.args : site).map(check));
console.log(`${broken.reduce((sum, count) => sum + count, 0)} broken links`);
