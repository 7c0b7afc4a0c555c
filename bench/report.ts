/**
 * Runs the dispatch benchmark on Deno, Bun and Node and writes what it measured into `bench/results/`: a table (`dispatch.md`), a
 * chart (`dispatch.svg`) and the numbers (`dispatch.json`).
 *
 * ```sh
 * deno task bench:report [--rounds N] [deno] [bun] [node]
 * ```
 *
 * @module
 */

import { parseArgs } from "node:util";
import { BUN, bundle, DENO, type Host, NODE } from "../tests/bundle/hosts.ts";
import { drawChart } from "./dispatch_chart.ts";
import { dispatchRatio, type DispatchReport, type DispatchResult, duration, meanRatio } from "./dispatch.ts";
import { HOST } from "./kernels.ts";

const RESULTS = "bench/results";
const SOURCE = "bench/dispatch.ts";
/** For Node, which does not run TypeScript. */
const BUNDLE = "dist/dispatch.mjs";
const HOSTS: Readonly<Record<string, Host>> = { deno: DENO, bun: BUN, node: NODE };
const ENGINES = ["tandem", "polywasm"];

async function measure(host: Host, rounds: string): Promise<DispatchReport> {
  const { command, title } = host;
  console.log(`measuring on ${title} ...`);
  if (host === NODE) await bundle(SOURCE, BUNDLE);
  const script = host === NODE ? BUNDLE : SOURCE;
  const [program, ...args] = [...command, script, "--json", "--rounds", rounds];
  const { code, stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  if (code !== 0) throw new Error(`the benchmark failed on ${title}`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

function cell(result: DispatchResult | undefined): string[] {
  const host = result?.timings.find(({ engine }) => engine === HOST);
  if (result === undefined || host === undefined) return ["", "", ""];
  const ratios = ENGINES.map((engine) => dispatchRatio(result, engine)?.toFixed(2) ?? "");
  return [duration(host.median), ...ratios];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |\n`;
}

/** The table: a section per group, three columns per host. */
export function table(reports: readonly DispatchReport[]): string {
  const columns = reports.flatMap(({ host }) => [host, ...ENGINES]);
  let text = "# Calls across the boundary\n\n" +
    "Median time of the host's own `WebAssembly`, then the times of Tandem and of polywasm relative to it (means of the middle " +
    "half of the samples); smaller is better. `deno task bench:report` measures it again.\n\n";
  text += row(["", ...reports.flatMap(({ host }) => [host, ""])]);
  text += row(["---", ...reports.flatMap(() => ["---:", "---:"])]);
  text += row(["", ...reports.flatMap(() => ENGINES)]);
  text += row([
    "geometric mean of all calls",
    ...reports.flatMap(({ results }) =>
      ENGINES.map((engine) => meanRatio(results, engine)?.toFixed(3) ?? "")
    ),
  ]);
  let group = "";
  const cases = reports.reduce(
    (longest, { results }) => results.length > longest.length ? results : longest,
    [] as readonly DispatchResult[],
  );
  for (const { group: caseGroup, name } of cases) {
    if (caseGroup !== group) {
      group = caseGroup;
      text += `\n## ${group}\n\n${row(["", ...columns])}${row(["---", ...columns.map(() => "---:")])}`;
    }
    const cells = reports.flatMap(({ results }) =>
      cell(results.find((result) => result.group === group && result.name === name))
    );
    text += row([name, ...cells]);
  }
  return text;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    options: { rounds: { type: "string", default: "20" } },
    allowPositionals: true,
  });
  const reports: DispatchReport[] = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(HOSTS)) {
    if (!(name in HOSTS)) throw new Error(`no host called ${name}`);
    reports.push(await measure(HOSTS[name], values.rounds));
  }
  await Deno.mkdir(RESULTS, { recursive: true });
  await Deno.writeTextFile(`${RESULTS}/dispatch.json`, JSON.stringify(reports, null, 1) + "\n");
  await Deno.writeTextFile(`${RESULTS}/dispatch.md`, table(reports));
  await Deno.writeTextFile(`${RESULTS}/dispatch.svg`, drawChart(reports));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", RESULTS] }).output();
  for (const { host, results } of reports) {
    console.log(`${host}: geometric mean ${meanRatio(results, "tandem")?.toFixed(3)}`);
  }
}

if (import.meta.main) await main();
