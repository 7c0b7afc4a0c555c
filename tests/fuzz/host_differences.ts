/**
 * Where hosts are known to differ from the specification, by the messages on both sides.
 *
 * @module
 */

/** A kind of module on which a host differs, and why. */
export interface HostDifference {
  readonly reason: string;
  /** The error here; null when the module is valid here. */
  readonly here: RegExp | null;
  /** The host's error, or "valid". */
  readonly host: RegExp;
}

/** Differences that have been looked into. */
export const HOST_DIFFERENCES: readonly HostDifference[] = [
  {
    reason: "a table's or memory's size is limited when it is allocated, not before (JS API, 6.1)",
    here: null,
    host: /larger than implementation limit/,
  },
  {
    reason: "V8 refuses modules that use both kinds of exception handling",
    here: null,
    host: /mix of legacy and new exception handling instructions/,
  },
  {
    reason:
      "in unreachable code V8 takes a reference to an unknown type for any type (3.4.13: it is a reference)",
    here: /of type \(ref <bot>\)|\(expected .*, got \(ref <bot>\)\)/,
    host: /^valid$/,
  },
  {
    reason: "in unreachable code V8 does not check the operands of ref.eq",
    here: /ref\.eq\[[01]\] expected type eqref/,
    host: /^valid$/,
  },
  {
    reason: "V8 lets br_on_non_null branch to a label that takes nothing (3.4.2: it takes the reference)",
    here: /br_on_non_null must target a branch of arity at least 1/,
    host: /^valid$/,
  },
  {
    reason: "V8 takes any value type for an element segment's (5.5.12: a reference type)",
    here: /Element segment of type \S+ is not a reference type/,
    host: /^valid$/,
  },
];

/** The known difference that a disagreement is, if it is one. */
export function knownDifference(here: string | null, host: string): HostDifference | undefined {
  return HOST_DIFFERENCES.find((difference) =>
    (here === null ? difference.here === null : difference.here?.test(here)) && difference.host.test(host)
  );
}
