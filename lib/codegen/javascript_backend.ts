/**
 * The backend that runs functions as JavaScript.
 *
 * @module
 */

import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { Backend } from "../runtime/engine_state.ts";
import type { Code, FunctionReference } from "../runtime/function_reference.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import { traced } from "../runtime/trace.ts";
import { callShape } from "./call_shape.ts";
import { evaluationRefusal } from "./evaluation_refusal.ts";
import { ModuleCode } from "./group.ts";
import { makeImportWrapper } from "./import_wrapper.ts";
import { InstanceLink } from "./instance_link.ts";
import { type Advice, adviceFor, countersOf, type Profiling, ProfilingScope } from "./profiling.ts";
import { SuspendableCode } from "./suspendable_code.ts";
import { cannotSuspend, isSuspending } from "./suspending_import.ts";

/** The generated functions of an instance, by function index. */
interface InstanceCode {
  readonly link: InstanceLink;
  readonly codes: Map<FunctionIndex, Code>;
}

const NO_PROFILING: Profiling = { profile: null, data: null };

/** Generates JavaScript for a function when it is first called, together with functions that it calls. */
export class JavaScriptBackend implements Backend {
  readonly #modules = new WeakMap<CompiledModule, ModuleCode>();
  readonly #instances = new WeakMap<InstanceData, InstanceCode>();
  readonly #profiling: Profiling;
  readonly #advice = new WeakMap<CompiledModule, Advice>();
  readonly #suspendable: SuspendableCode;

  /** With `profiling`, code counts calls, or follows what was counted. */
  constructor(profiling: Profiling = NO_PROFILING) {
    this.#profiling = profiling;
    this.#suspendable = new SuspendableCode((module) => this.#moduleCode(module), profiling.profile);
  }

  get refusal(): string | null {
    return evaluationRefusal();
  }

  get inlinesIntoWrappers(): boolean {
    return this.#profiling.profile === null;
  }

  instantiated(instance: InstanceData): void {
    if (this.#profiling.data === null) return;
    this.#moduleCode(instance.module);
    for (const index of this.#advice.get(instance.module)?.eager ?? []) {
      instance.functionReference(index).prepared();
    }
  }

  compile(instance: InstanceData, index: FunctionIndex): void {
    const reference = instance.functionReference(index);
    const imported = instance.importedFunction(index);
    if (imported !== undefined) {
      const suspends = isSuspending(imported);
      install(reference, suspends ? cannotSuspend : makeImportWrapper(instance, index), null);
      return;
    }
    const { link, codes } = this.#instanceCode(instance);
    if (!codes.has(index)) {
      const { group, linked } = traced(
        instance.engine,
        "compile",
        () => ({ function: index }),
        () => {
          const { importedFunctions } = instance;
          const group = this.#moduleCode(instance.module).group(
            index,
            (imported) => callShape(importedFunctions[imported]),
          );
          return { group, linked: group.link(link) };
        },
      );
      const { functions, returning } = group;
      for (const [i, member] of returning.entries()) link.returning.set(member, linked[functions.length + i]);
      for (const [i, member] of functions.entries()) {
        const code = linked[i];
        codes.set(member, code);
        const known = instance.functionReferences[member];
        if (known !== undefined) install(known, code, link);
      }
    }
    install(reference, codes.get(index)!, link);
  }

  canSuspend(instance: InstanceData, index: FunctionIndex): boolean {
    return this.#suspendable.canSuspend(instance, index);
  }

  compileSuspendable(instance: InstanceData, index: FunctionIndex): void {
    this.#suspendable.compile(instance, index);
  }

  #moduleCode(module: CompiledModule): ModuleCode {
    let code = this.#modules.get(module);
    if (code === undefined) this.#modules.set(module, code = this.#newModuleCode(module));
    return code;
  }

  #newModuleCode(module: CompiledModule): ModuleCode {
    const { profile, data } = this.#profiling;
    const advice = data === null ? null : adviceFor(module, data);
    if (advice !== null) this.#advice.set(module, advice);
    if (profile === null && advice === null) return new ModuleCode(module);
    return new ModuleCode(
      module,
      (membership, root) => new ProfilingScope(module, membership, root, profile !== null, advice),
    );
  }

  #instanceCode(instance: InstanceData): InstanceCode {
    let code = this.#instances.get(instance);
    if (code === undefined) {
      const { profile } = this.#profiling;
      const counters = profile === null ? null : countersOf(profile, instance);
      code = { link: new InstanceLink(instance, counters), codes: new Map() };
      this.#instances.set(instance, code);
    }
    return code;
  }
}

/** The code first: a reference with a signature id is called without asking for code. */
function install(reference: FunctionReference, code: Code, link: InstanceLink | null): void {
  reference.code = code;
  reference.returningCode = link?.returning.get(reference.index) ?? null;
  const tail = link?.tails.get(reference.index);
  if (tail !== undefined) {
    reference.tailCode = tail.code;
    reference.loop = tail.loop;
    reference.state = tail.state;
  }
  reference.signatureId = reference.type.id;
}
