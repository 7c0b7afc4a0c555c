/**
 * The second code of functions that may come to a suspending import, made when a promising export first runs them. Its text depends on
 * the module and on which of its imports may suspend; instances that agree share it.
 *
 * @module
 */

import { importedCount } from "../syntax/module.ts";
import type { FunctionIndex } from "../syntax/types.ts";
import type { CompiledModule } from "../runtime/compiled_module.ts";
import type { Code, FunctionReference } from "../runtime/function_reference.ts";
import type { ImportedFunction } from "../runtime/imported_function.ts";
import type { InstanceData } from "../runtime/instance_data.ts";
import type { Profile } from "../runtime/profile.ts";
import { asSuspendable } from "../runtime/suspension.ts";
import { type FunctionNames, Group, type ModuleCode } from "./group.ts";
import { InstanceLink } from "./instance_link.ts";
import { countersOf } from "./profiling.ts";
import { type SuspendableMembership, SuspendableScope } from "./suspendable_scope.ts";
import { isSuspending, makeSuspendingCode } from "./suspending_import.ts";
import { SuspensionGraph } from "./suspension_graph.ts";
import type { TailCallGraph } from "./tail_call_graph.ts";

/** Whether calls of an import may suspend. */
function maySuspend(imported: ImportedFunction): boolean {
  if (imported.kind !== "wasm-to-wasm") return isSuspending(imported);
  const { reference } = imported;
  return reference.instance?.canSuspend?.(reference) === true;
}

/** An instance as suspendable text sees it. */
class SuspendableLink extends InstanceLink {
  /** The suspendable code of a function, made now if need be. */
  suspendable(index: FunctionIndex): Code {
    return this.instance.functionReference(index).suspendable();
  }
}

/** What is generated so far for instances of a module whose imports suspend alike. */
class SuspendableModule implements SuspendableMembership, FunctionNames {
  readonly label: string;
  readonly tailCalls: TailCallGraph;
  readonly suspendable: ReadonlySet<FunctionIndex>;
  readonly #module: CompiledModule;
  readonly #ordinary: ModuleCode;
  readonly #counts: boolean;
  readonly #groups = new Map<FunctionIndex, Group>();

  constructor(
    module: CompiledModule,
    ordinary: ModuleCode,
    suspendable: ReadonlySet<FunctionIndex>,
    counts: boolean,
  ) {
    this.#counts = counts;
    this.label = `${ordinary.label}/suspendable`;
    this.tailCalls = ordinary.tailCalls;
    this.suspendable = suspendable;
    this.#module = module;
    this.#ordinary = ordinary;
  }

  functionName(index: FunctionIndex): string | undefined {
    return this.#ordinary.functionName(index);
  }

  has(index: FunctionIndex): boolean {
    return this.#groups.has(index);
  }

  /** The group that a function that may suspend belongs to, generated now if need be. */
  group(index: FunctionIndex): Group {
    let group = this.#groups.get(index);
    if (group === undefined) {
      group = new Group(new SuspendableScope(this.#module, this, index, this.#counts), this);
      for (const member of group.functions) this.#groups.set(member, group);
    }
    return group;
  }
}

/** What is known of a module. */
interface ModuleKnowledge {
  readonly graph: SuspensionGraph;
  /** By the imports that may suspend. */
  readonly variants: Map<string, SuspendableModule>;
}

/** What is known of an instance. */
interface InstanceKnowledge {
  readonly module: SuspendableModule;
  readonly link: SuspendableLink;
}

/** Makes suspendable code. */
export class SuspendableCode {
  readonly #ordinaryCode: (module: CompiledModule) => ModuleCode;
  readonly #profile: Profile | null;
  readonly #modules = new WeakMap<CompiledModule, ModuleKnowledge>();
  readonly #instances = new WeakMap<InstanceData, InstanceKnowledge>();

  /** With `profile`, the code counts calls. */
  constructor(ordinaryCode: (module: CompiledModule) => ModuleCode, profile: Profile | null) {
    this.#ordinaryCode = ordinaryCode;
    this.#profile = profile;
  }

  /** Whether a function may come to a suspending import. */
  canSuspend(instance: InstanceData, index: FunctionIndex): boolean {
    const imported = instance.importedFunction(index);
    return imported === undefined
      ? this.#instance(instance).module.suspendable.has(index)
      : maySuspend(imported);
  }

  /** Sets the suspendable code of a function, and of others with it. */
  compile(instance: InstanceData, index: FunctionIndex): void {
    const reference = instance.functionReference(index);
    if (!this.canSuspend(instance, index)) {
      reference.suspendableCode = reference.prepared();
      return;
    }
    const imported = instance.importedFunction(index);
    if (imported !== undefined) {
      install(reference, makeSuspendingCode(imported.callable!, reference.type));
      return;
    }
    const { module, link } = this.#instance(instance);
    const group = module.group(index);
    const codes = group.link(link);
    for (const [i, member] of group.functions.entries()) {
      install(instance.functionReference(member), asSuspendable(codes[i]));
    }
  }

  #instance(instance: InstanceData): InstanceKnowledge {
    let known = this.#instances.get(instance);
    if (known === undefined) {
      const counters = this.#profile === null ? null : countersOf(this.#profile, instance);
      known = { module: this.#variant(instance), link: new SuspendableLink(instance, counters) };
      this.#instances.set(instance, known);
    }
    return known;
  }

  #variant({ module, importedFunctions }: InstanceData): SuspendableModule {
    let known = this.#modules.get(module);
    if (known === undefined) {
      known = { graph: new SuspensionGraph(module), variants: new Map() };
      this.#modules.set(module, known);
    }
    const imports: FunctionIndex[] = [];
    for (let index = 0; index < importedCount(module.record.functions); index++) {
      if (maySuspend(importedFunctions[index])) imports.push(index);
    }
    const key = imports.join();
    let variant = known.variants.get(key);
    if (variant === undefined) {
      const suspendable = known.graph.suspendable(imports);
      variant = new SuspendableModule(
        module,
        this.#ordinaryCode(module),
        suspendable,
        this.#profile !== null,
      );
      known.variants.set(key, variant);
    }
    return variant;
  }
}

function install(reference: FunctionReference, code: Code): void {
  reference.suspends = true;
  reference.suspendableCode = code;
}
