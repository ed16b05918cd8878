/** Objects of a target that Spanline keeps: dashboards, alert rules. */

/** An object as it has to be. */
export interface Resource {
  /** Stable: an object that exists is replaced. Letters, digits and dashes. */
  readonly id: string;
  readonly title: string;
  /** As the target's API takes it. */
  readonly body: Readonly<Record<string, unknown>>;
  /** The part of the body that is compared with what is stored. @defaultValue all of it */
  readonly compared?: Readonly<Record<string, unknown>>;
}

/** An object of the target that carries our label. */
export interface StoredResource extends Resource {
  /** The target's own id. */
  readonly address: string;
}

/**
 * Objects of one kind in a target, such as the dashboards of a Datadog account. Objects without our label are not in
 * it, and are never changed.
 */
export interface Collection {
  /** For messages, such as `Datadog dashboards`. */
  readonly name: string;
  /** Every object that carries our label. @throws ApplyError */
  find(): Promise<readonly StoredResource[]>;
  /** Creates an object. It does not replace one that has the same id and no label. @returns its address */
  create(resource: Resource): Promise<string>;
  replace(stored: StoredResource, resource: Resource): Promise<void>;
  remove(stored: StoredResource): Promise<void>;
  /** Address of an object's page, for a browser; `undefined` if it has none of its own. */
  linkTo?(address: string): string | undefined;
}

/** A target refused a request, or was not reached. The message has neither keys nor content. */
export class ApplyError extends Error {
  override readonly name = 'ApplyError';
}
