/**
 * The results of suites on hosts as Markdown.
 *
 * @module
 */

import type { Mode, SuiteReport, Tally } from "./run.ts";

/** What a host made of the suites: by mode, by suite. */
export interface HostResult {
  /** Of the host. */
  readonly version: string;
  readonly suites: Readonly<Record<Mode, Readonly<Record<string, SuiteReport>>>>;
}

/** By the host's name. */
export type Results = Readonly<Record<string, HostResult>>;

const MODE_TITLES: Readonly<Record<Mode, string>> = {
  binaries: "all, from binaries",
  texts: "all, from texts",
  api: "all, through the JS API",
};

function addCounts(tallies: readonly Tally[], counts: "notCovered" | "notCarried"): Record<string, number> {
  const total: Record<string, number> = {};
  for (const tally of tallies) {
    for (const [name, count] of Object.entries(tally[counts])) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}

/** The sum of tallies. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const add = (member: "total" | "passed" | "failed" | "nanPayloads") =>
    tallies.reduce((total, tally) => total + tally[member], 0);
  return {
    total: add("total"),
    passed: add("passed"),
    failed: add("failed"),
    nanPayloads: add("nanPayloads"),
    notCovered: addCounts(tallies, "notCovered"),
    notCarried: addCounts(tallies, "notCarried"),
  };
}

/** `passed / total`, where the total is of what the JS API can carry. */
function cell({ passed, total, nanPayloads, notCovered, notCarried }: Tally): string {
  const carried = total - Object.values(notCarried).reduce((sum, count) => sum + count, 0);
  const notes = Object.entries(notCovered).map(([feature, count]) => `${count} need ${feature}`);
  if (nanPayloads > 0) notes.unshift(`${nanPayloads} NaN payloads`);
  return `${passed} / ${carried}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
}

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** A table: a row per suite, one per mode for all suites, a column per host. What the JS API does not carry stands below. */
export function markdownTable(results: Results): string {
  const hosts = Object.values(results);
  const suites = Object.keys(hosts[0].suites.binaries);
  const sumOf = ({ suites }: HostResult, mode: Mode) => addTallies(Object.values(suites[mode]));
  const lines = [
    row(["suite", ...Object.keys(results)]),
    row(["---", ...hosts.map(() => "---")]),
    ...suites.map((suite) => row([suite, ...hosts.map((host) => cell(host.suites.binaries[suite]))])),
    ...Object.entries(MODE_TITLES).map(([mode, title]) =>
      row([title, ...hosts.map((host) => cell(sumOf(host, mode as Mode)))])
    ),
  ];
  const uncarried = Object.entries(sumOf(hosts[0], "api").notCarried).sort(([, a], [, b]) => b - a);
  if (uncarried.length > 0) {
    const list = uncarried.map(([name, count]) => `${name} (${count})`).join(", ");
    lines.push("", `Not counted through the JS API, which cannot carry them: ${list}.`);
  }
  return lines.join("\n");
}
