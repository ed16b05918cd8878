/** Patches on many objects, undone together. */

import { type AccessorWrap, type Method, patchAccessor, patchMethod } from './patch-method.ts';
import type { Patch } from './replacement.ts';

/** Patches of one instrumentation. */
export interface Patches {
  /** Replaces a method as {@link patchMethod} does, on the object or class that owns it. */
  method(target: object, name: string, wrap: (original: Method) => Method): void;
  /** Replaces an accessor as {@link patchAccessor} does. */
  accessor(target: object, name: string, wrap: AccessorWrap): void;
  /** Undoes all patches, the latest of each object first. */
  undo(): void;
}

/**
 * Creates an empty set of patches. It does not keep the patched objects alive: an application may make a model or a
 * tool for each request.
 */
export function createPatches(): Patches {
  let patches = new WeakMap<object, Patch[]>();
  const owners = new Set<WeakRef<object>>();
  const collected = new FinalizationRegistry<WeakRef<object>>((owner) => owners.delete(owner));

  function add(patch: Patch | undefined): void {
    if (patch === undefined) return;
    const { owner } = patch;
    const known = patches.get(owner);
    if (known !== undefined) {
      known.push(patch);
      return;
    }
    patches.set(owner, [patch]);
    const reference = new WeakRef(owner);
    owners.add(reference);
    collected.register(owner, reference);
  }

  return {
    method: (target, name, wrap) => add(patchMethod(target, name, wrap)),
    accessor: (target, name, wrap) => add(patchAccessor(target, name, wrap)),
    undo(): void {
      for (const reference of owners) {
        const owner = reference.deref();
        for (const patch of (owner && patches.get(owner)?.toReversed()) ?? []) patch.undo();
      }
      owners.clear();
      patches = new WeakMap();
    },
  };
}
