/**
 * Metrics of instantiations on the host's performance timeline.
 *
 * @module
 */

import { addMeasure, now, removeMeasures } from "../runtime/clock.ts";
import type { InstantiationMetrics } from "../runtime/engine_state.ts";

/** The name of the entries. */
export const INSTANTIATION_MEASURE = "tandem:instantiate";

/** Entries on the timeline before the older ones are removed: hosts keep them for ever. */
const KEPT_ENTRIES = 256;

let entries = 0;

/** Reports each instantiation as a `performance.measure` entry where the host has such, then to `next`. */
export function measured(
  next: ((metrics: InstantiationMetrics) => void) | undefined,
): (metrics: InstantiationMetrics) => void {
  return (metrics) => {
    const { microseconds, importKinds } = metrics;
    const end = now();
    if (++entries > KEPT_ENTRIES) {
      entries = 1;
      removeMeasures(INSTANTIATION_MEASURE);
    }
    const start = Math.max(0, end - microseconds / 1000);
    addMeasure(INSTANTIATION_MEASURE, start, end, {
      ...metrics,
      importKinds: Object.fromEntries(importKinds),
    });
    next?.(metrics);
  };
}
