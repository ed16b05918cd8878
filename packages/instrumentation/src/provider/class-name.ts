/** Names of classes. */

import { props, text } from '@spanline/record';

/** The name of a component's class: `RetrieverQueryEngine`. */
export function classNameOf(component: object): string {
  return text(props(component.constructor)['name']) ?? 'Object';
}
