/**
 * The backend that runs functions as JavaScript.
 *
 * @module
 */

import { importedCount } from "../syntax/module.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { Backend } from "../runtime/engine_state.ts";
import type { Code, FunctionReference, TailEntry } from "../runtime/function_reference.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import { ModuleCode } from "./group.ts";
import { makeImportWrapper } from "./import_wrapper.ts";
import { InstanceLink } from "./instance_link.ts";
import { SuspendableCode } from "./suspendable_code.ts";
import { cannotSuspend, isSuspending } from "./suspending_import.ts";

/** The generated functions of an instance, by function index. */
interface InstanceCode {
  readonly link: InstanceLink;
  readonly codes: Map<FunctionIndex, Code>;
}

/** Generates JavaScript for a function when it is first called, together with functions that it calls. */
export class JavaScriptBackend implements Backend {
  readonly #modules = new WeakMap<CompiledModule, ModuleCode>();
  readonly #instances = new WeakMap<InstanceData, InstanceCode>();
  readonly #suspendable = new SuspendableCode((module) => this.#moduleCode(module));

  compile(instance: InstanceData, index: FunctionIndex): void {
    const reference = instance.functionReference(index);
    if (index < importedCount(instance.module.record.functions)) {
      const suspends = isSuspending(instance.importedFunctions[index]);
      install(reference, suspends ? cannotSuspend : makeImportWrapper(instance, index));
      return;
    }
    const { link, codes } = this.#instanceCode(instance);
    if (!codes.has(index)) {
      const group = this.#moduleCode(instance.module).group(index);
      const linked = group.link(link);
      for (const [i, member] of group.functions.entries()) {
        const code = linked[i];
        codes.set(member, code);
        const known = instance.functionReferences[member];
        if (known !== undefined) install(known, code, link.tails.get(member));
      }
    }
    install(reference, codes.get(index)!, link.tails.get(index));
  }

  canSuspend(instance: InstanceData, index: FunctionIndex): boolean {
    return this.#suspendable.canSuspend(instance, index);
  }

  compileSuspendable(instance: InstanceData, index: FunctionIndex): void {
    this.#suspendable.compile(instance, index);
  }

  #moduleCode(module: CompiledModule): ModuleCode {
    let code = this.#modules.get(module);
    if (code === undefined) this.#modules.set(module, code = new ModuleCode(module));
    return code;
  }

  #instanceCode(instance: InstanceData): InstanceCode {
    let code = this.#instances.get(instance);
    if (code === undefined) {
      code = { link: new InstanceLink(instance), codes: new Map() };
      this.#instances.set(instance, code);
    }
    return code;
  }
}

/** The code first: a reference with a signature id is called without asking for code. */
function install(reference: FunctionReference, code: Code, tail?: TailEntry): void {
  reference.code = code;
  if (tail !== undefined) {
    reference.tailCode = tail.code;
    reference.loop = tail.loop;
    reference.state = tail.state;
  }
  reference.signatureId = reference.type.id;
}
