/**
 * Resolution of function imports (INSTANTIATION.md section 3): each one is found, once and at link time, to be of one
 * kind of call; generated code contains just what that kind needs. {@linkcode CHECKS} lists the kinds in the order in
 * which they are looked for, which is observable.
 *
 * @module
 */

import type { CanonicalType } from "../syntax/canonical_types.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import { FunctionReference, referenceOf } from "../runtime/function_reference.ts";
import { hostSignatureOf } from "../runtime/host_function.ts";
import type { Callable, ImportCallKind, ImportedFunction, Intrinsic } from "../runtime/imported_function.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import { crossesToJS } from "../runtime/js_values.ts";
import { formalParameterCount } from "./callable_shape.ts";
import type { InstantiationErrors } from "./errors.ts";
import { describeCSignature, fastImportOf } from "./fast_api.ts";
import { mathIntrinsicOf } from "./math_intrinsics.ts";
import { wellKnownImportOf } from "./well_known_imports.ts";

/** An import on its way through the checks, which unwrap `callable` layer by layer. */
interface Candidate {
  callable: Callable;
  suspending: boolean;
  /** The wasm function the import is, which stays its function reference whatever the kind of call. */
  reference: FunctionReference | null;
  /** What calls to it look like to the importing module. */
  readonly type: CanonicalType;
  readonly importIndex: number;
  readonly instance: InstanceData;
  readonly errors: InstantiationErrors;
}

/** A decision; the rest of the {@linkcode ImportedFunction} follows from the candidate. */
interface Decision {
  readonly kind: ImportCallKind;
  readonly expectedArity?: number;
  readonly intrinsic?: Intrinsic;
}

/** Decides, or returns null to pass the candidate on; throws a LinkError when the import does not fit. */
type Check = (candidate: Candidate) => Decision | null;

/** From 1 on in the order of INSTANTIATION.md section 3; 0 and 2 come first because they look at the value itself. */
const CHECKS: readonly Check[] = [
  compileTimeBuiltin,
  wasmFunction,
  hostFunction,
  runtimeTypeError,
  fastFunction,
  wellKnownImport,
  mathIntrinsic,
  plainFunction,
  genericCall,
];

/**
 * Resolves the import `importIndex` of `instance`, which is its function `index`, to `value`.
 *
 * @throws {LinkError} when the value cannot be called, or is a wasm function of another type.
 */
export function resolveFunctionImport(
  instance: InstanceData,
  index: FunctionIndex,
  value: unknown,
  errors: InstantiationErrors,
): ImportedFunction {
  const { record, types, engine } = instance.module;
  const { type, importIndex } = record.functions[index];
  const suspended = typeof value === "function" ? null : engine.externals.suspendedCallable(value);
  if (typeof value !== "function" && suspended === null) throw errors.functionNotCallable(importIndex);
  const candidate: Candidate = {
    callable: suspended ?? value as Callable,
    suspending: suspended !== null,
    reference: null,
    type: types[type],
    importIndex,
    instance,
    errors,
  };
  for (const check of CHECKS) {
    const decision = check(candidate);
    if (decision === null) continue;
    const { kind, expectedArity = -1, intrinsic = null } = decision;
    return {
      kind,
      reference: candidate.reference ?? new FunctionReference(candidate.type, instance, index),
      callable: kind === "wasm-to-wasm" ? null : candidate.callable,
      expectedArity,
      suspending: candidate.suspending,
      intrinsic,
    };
  }
  throw new Error("unreachable: the last check decides");
}

function compileTimeBuiltin({ callable, importIndex, instance, type }: Candidate): Decision | null {
  const { engine, options, record } = instance.module;
  if (options.builtins.length === 0) return null;
  const { module, name } = record.imports[importIndex];
  if (engine.externals.builtin(module, name, options.builtins) !== callable) return null;
  return {
    kind: "compile-time builtin",
    expectedArity: type.signature.params.length,
    intrinsic: { name: `${module} ${name}`, code: callable, fastCall: null },
  };
}

/** An exported function, or a `WebAssembly.Function`; through the latter and through re-exported imports to what they wrap. */
function wasmFunction(candidate: Candidate): Decision | null {
  const { instance, importIndex, errors } = candidate;
  const reference = referenceOf(candidate.callable);
  if (reference === undefined) return null;
  const { instance: source } = reference;
  // To this engine a function of another one is a JavaScript function.
  if (source !== null && source.engine !== instance.engine) return null;
  if (!fits(reference.type, candidate)) throw errors.functionTypeMismatch(importIndex);
  candidate.reference = reference;
  const wrapped = source === null ? null : source.wrappedCallable(reference);
  if (wrapped === null) return { kind: "wasm-to-wasm" };
  candidate.callable = wrapped.callable;
  candidate.suspending = wrapped.suspending;
  return null;
}

/** Import subtyping (specification 3.4.9 "Functions"); an exact import takes nothing but the declared type. */
function fits(actual: CanonicalType, { type, importIndex, instance }: Candidate): boolean {
  if (actual === type) return true;
  const { record } = instance.module;
  return !record.functions[record.imports[importIndex].index].exact && actual.isSubtypeOf(type);
}

function hostFunction(candidate: Candidate): Decision | null {
  const { callable, type, instance, importIndex, errors } = candidate;
  const declared = hostSignatureOf(callable);
  if (declared === undefined) return null;
  if (instance.engine.types.functionType(declared.params, declared.results) !== type) {
    throw errors.functionTypeMismatch(importIndex);
  }
  // What it returns is a component, never a promise.
  candidate.suspending = false;
  return { kind: "wasm-to-host" };
}

function runtimeTypeError({ type }: Candidate): Decision | null {
  return crossesToJS(type.signature) ? null : { kind: "runtime type error" };
}

/** Why one that is declared does not fit, `fastImportOf` says again when somebody asks. */
function fastFunction({ callable, type }: Candidate): Decision | null {
  const fast = fastImportOf(callable, type.signature);
  if (fast === null || fast.fit.overload === null) return null;
  const { declaration, receiver, target, fit } = fast;
  const signature = declaration.overloads[fit.overload];
  const receiverCheck = declaration.receiverCheck ?? null;
  return {
    kind: "fast API",
    intrinsic: {
      name: describeCSignature(signature),
      code: null,
      fastCall: { signature, receiver, receiverCheck, target },
    },
  };
}

function wellKnownImport({ callable, type }: Candidate): Decision | null {
  const known = wellKnownImportOf(callable, type.signature);
  if (known === null) return null;
  return { kind: "well-known import", intrinsic: { name: known.name, code: known.code, fastCall: null } };
}

function mathIntrinsic({ callable, type }: Candidate): Decision | null {
  const known = mathIntrinsicOf(callable, type.signature);
  if (known === null) return null;
  return { kind: "math intrinsic", intrinsic: { ...known, fastCall: null } };
}

function plainFunction({ callable, type }: Candidate): Decision | null {
  const expectedArity = formalParameterCount(callable);
  if (expectedArity < 0) return null;
  const matches = expectedArity === type.signature.params.length;
  return { kind: matches ? "arity match" : "arity mismatch", expectedArity };
}

function genericCall(): Decision {
  return { kind: "generic call" };
}
