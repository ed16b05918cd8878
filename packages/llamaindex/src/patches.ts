/** Any method. */
export type Method = (this: object, ...args: unknown[]) => unknown;

/** How an accessor is replaced; a half that it has not stays away. */
export interface AccessorWrap {
  get(original: () => unknown): () => unknown;
  set(original: (value: unknown) => void): (value: unknown) => void;
}

/** Methods that were replaced in place, and how to put them back. */
export interface Patches {
  /**
   * Replaces a method where it is defined: on the class that owns it, or on the instance when it is an own property (LlamaIndex copies decorated methods there). A method that is replaced already, or that
   * cannot be, is left alone.
   */
  method(target: object, name: string, wrap: (original: Method) => Method): void;
  /** Replaces an accessor where it is defined. */
  accessor(target: object, name: string, wrap: AccessorWrap): void;
  /** Puts everything back that still is what was put there. */
  undo(): void;
}

interface Patch {
  readonly name: string;
  readonly before: PropertyDescriptor;
  readonly after: PropertyDescriptor;
}

/** Patches by the object they are on. It does not keep the objects: an application may make a model or a tool per request. */
interface PatchedObjects {
  add(owner: object, patch: Patch): void;
  /** Takes all out, the latest of each object first. */
  drain(undo: (owner: object, patch: Patch) => void): void;
}

function createPatchedObjects(): PatchedObjects {
  let patches = new WeakMap<object, Patch[]>();
  const owners = new Set<WeakRef<object>>();
  const collected = new FinalizationRegistry<WeakRef<object>>((owner) => owners.delete(owner));

  return {
    add(owner, patch): void {
      const known = patches.get(owner);
      if (known !== undefined) {
        known.push(patch);
        return;
      }
      patches.set(owner, [patch]);
      const reference = new WeakRef(owner);
      owners.add(reference);
      collected.register(owner, reference);
    },
    drain(undo): void {
      for (const reference of owners) {
        const owner = reference.deref();
        if (owner !== undefined) for (const patch of patches.get(owner)?.toReversed() ?? []) undo(owner, patch);
      }
      owners.clear();
      patches = new WeakMap();
    },
  };
}

function ownerOf(target: object, name: string): object | undefined {
  for (let object: object | null = target; object !== null; object = Object.getPrototypeOf(object) as object | null) {
    if (Object.hasOwn(object, name)) return object === Object.prototype ? undefined : object;
  }
  return undefined;
}

/** No patches yet. */
export function createPatches(): Patches {
  const patched = createPatchedObjects();
  const ours = new WeakSet<object>();

  function replace(
    target: object,
    name: string,
    change: (before: PropertyDescriptor) => PropertyDescriptor | undefined,
  ): void {
    const owner = ownerOf(target, name);
    const before = owner === undefined ? undefined : Object.getOwnPropertyDescriptor(owner, name);
    if (owner === undefined || before === undefined) return;
    if (before.configurable !== true && before.writable !== true) return;
    const after = change(before);
    if (after !== undefined && Reflect.defineProperty(owner, name, after)) patched.add(owner, { name, before, after });
  }

  return {
    method(target, name, wrap): void {
      replace(target, name, (before) => {
        const original: unknown = before.value;
        if (typeof original !== 'function' || ours.has(original)) return undefined;
        const value = wrap(original as Method);
        // What hangs on the function (a mock's calls) is still there.
        Object.setPrototypeOf(value, original);
        Object.defineProperty(value, 'name', { value: original.name, configurable: true });
        Object.defineProperty(value, 'length', { value: original.length, configurable: true });
        ours.add(value);
        return { ...before, value };
      });
    },
    accessor(target, name, wrap): void {
      replace(target, name, (before) => {
        if (before.get === undefined || ours.has(before.get)) return undefined;
        const get = wrap.get(before.get as () => unknown);
        ours.add(get);
        return { ...before, get, ...(before.set === undefined ? {} : { set: wrap.set(before.set) }) };
      });
    },
    undo(): void {
      patched.drain((owner, { name, before, after }) => {
        const now = Object.getOwnPropertyDescriptor(owner, name);
        if (now?.value === after.value && now?.get === after.get) Reflect.defineProperty(owner, name, before);
      });
    },
  };
}
