/** Names of classes. */

import { bag, text } from '@spanline/record';

/** The name of a component's class: `RetrieverQueryEngine`. */
export function classNameOf(component: object): string {
  return text(bag(component.constructor)['name']) ?? 'Object';
}
