import { assertEquals } from "@std/assert";
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";

/** The folders of `lib/`, in the order in which data flows. */
const FOLDERS = [
  "syntax",
  "binary",
  "text",
  "valid",
  "memory",
  "runtime",
  "link",
  "codegen",
  "instance",
  "js_api",
  "threads",
  "cli",
];

interface Import {
  readonly from: string;
  /** A path from the root, or a package. */
  readonly to: string;
}

/** The static imports of a file, those of types included; examples in comments are none. */
function importsOf(file: string): Import[] {
  const code = readFileSync(file, "utf8").replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...code.matchAll(/^(?:import|export)\s[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"/gm)].map(
    (match) => {
      const specifier = match[1] ?? match[2];
      return { from: file, to: specifier.startsWith(".") ? posix.join(file, "..", specifier) : specifier };
    },
  );
}

const files = (readdirSync("lib", { recursive: true }) as string[])
  .filter((name) => name.endsWith(".ts"))
  .map((name) => `lib/${name.replaceAll("\\", "/")}`);
const folderOf = (path: string): number => FOLDERS.indexOf(path.split("/")[1]);

Deno.test("a folder of lib/ imports only from itself and the folders above it", () => {
  const upward = files.flatMap(importsOf).filter(({ from, to }) =>
    to.startsWith("lib/") && folderOf(to) > folderOf(from)
  );
  assertEquals(upward, []);
});

Deno.test("every folder of lib/ has its place in the order", () => {
  assertEquals(files.filter((file) => folderOf(file) < 0), []);
});

Deno.test("nothing in lib/ but the command line imports from outside", () => {
  const outside = files.filter((file) => !file.startsWith("lib/cli/")).flatMap(importsOf)
    .filter(({ to }) => !to.startsWith("lib/"));
  assertEquals(outside, []);
});

Deno.test("the library does not load the command line", () => {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file) || !file.endsWith(".ts")) return;
    seen.add(file);
    for (const { to } of importsOf(file)) visit(to);
  };
  visit("mod.ts");
  assertEquals([...seen].filter((file) => file.startsWith("lib/cli/")), []);
});
