/**
 * Metrics of instantiations on the host's performance timeline.
 *
 * @module
 */

import type { InstantiationMetrics } from "../runtime/engine_state.ts";

/** The name of the entries. */
export const INSTANTIATION_MEASURE = "tandem:instantiate";

/** Entries on the timeline before the older ones are removed: hosts keep them for ever. */
const KEPT_ENTRIES = 256;

let entries = 0;

/** Reports each instantiation as a `performance.measure` entry, then to `next`. */
export function measured(
  next: ((metrics: InstantiationMetrics) => void) | undefined,
): (metrics: InstantiationMetrics) => void {
  return (metrics) => {
    const { microseconds, importKinds } = metrics;
    const end = performance.now();
    if (++entries > KEPT_ENTRIES) {
      entries = 1;
      performance.clearMeasures(INSTANTIATION_MEASURE);
    }
    performance.measure(INSTANTIATION_MEASURE, {
      start: Math.max(0, end - microseconds / 1000),
      end,
      detail: { ...metrics, importKinds: Object.fromEntries(importKinds) },
    });
    next?.(metrics);
  };
}
