/**
 * The dispatch benchmark as a chart: on each host, how long calls of each group take relative to the host's own engine.
 *
 * @module
 */

import { type DispatchReport, type DispatchResult, meanRatio } from "./dispatch.ts";

const WIDTH = 760;
const LABELS = 230;
const RIGHT = 70;
const BAR = 11;
const GAP = 14;
const TOP = 64;
const COLORS = ["#2563a8", "#d97a1e", "#3c8d4f"];
/** The ends of the logarithmic axis. */
const LEAST = 0.01;
const MOST = 1;

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;");
}

function position(ratio: number): number {
  const clipped = Math.min(Math.max(ratio, LEAST), MOST * 1.5);
  return LABELS + (WIDTH - LABELS - RIGHT) * Math.log(clipped / LEAST) / Math.log(MOST / LEAST);
}

function groups(reports: readonly DispatchReport[]): string[] {
  const names = reports.flatMap(({ results }) =>
    results.filter(({ unit }) => unit === "call").map(({ group }) => group)
  );
  return [...new Set(names)];
}

function text(x: number, y: number, content: string, attributes = ""): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(content)}</text>\n`;
}

/** The chart as SVG. */
export function drawChart(reports: readonly DispatchReport[]): string {
  const rows: [title: string, select: (result: DispatchResult) => boolean][] = [
    ["all calls", ({ unit }) => unit === "call"],
    ...groups(reports).map((name): [string, (result: DispatchResult) => boolean] => [
      name,
      ({ group }) => group === name,
    ]),
  ];
  const height = TOP + rows.length * (reports.length * BAR + GAP) + 40;
  const bottom = height - 34;
  let body = text(
    LABELS,
    22,
    "Time of a call, relative to the host's own WebAssembly (geometric means)",
    'font-weight="bold"',
  );
  reports.forEach(({ host }, i) => {
    const x = LABELS + i * 170;
    body += `<rect x="${x}" y="34" width="10" height="10" fill="${COLORS[i]}"/>\n` +
      text(x + 15, 43, host.replace(/ \(.*/, ""));
  });
  for (const tick of [0.01, 0.03, 0.1, 0.3, 1]) {
    const x = position(tick).toFixed(1);
    body += `<line x1="${x}" y1="${TOP - 8}" x2="${x}" y2="${bottom}" stroke="${
      tick === 1 ? "#888" : "#ddd"
    }"/>\n`;
    body += text(
      position(tick),
      bottom + 16,
      tick === 1 ? "1 (host)" : `${tick}`,
      'text-anchor="middle" fill="#555"',
    );
  }
  let y = TOP;
  for (const [title, select] of rows) {
    body += text(LABELS - 10, y + reports.length * BAR / 2 + 4, title, 'text-anchor="end"');
    for (const [i, { results }] of reports.entries()) {
      const ratio = meanRatio(results.filter(select), "tandem");
      if (ratio !== undefined) {
        const end = position(ratio);
        body += `<rect x="${LABELS}" y="${y}" width="${(end - LABELS).toFixed(1)}" height="${
          BAR - 2
        }" fill="${COLORS[i]}"/>\n`;
        body += text(end + 5, y + BAR - 2.5, ratio.toFixed(2), 'font-size="10" fill="#333"');
      }
      y += BAR;
    }
    y += GAP;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" ` +
    `viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">\n` +
    `<rect width="100%" height="100%" fill="#fff"/>\n${body}</svg>\n`;
}
