import { bag, text } from '@spanline/core/source';

/** Name of the class of a component: `RetrieverQueryEngine`. */
export function classNameOf(component: object): string {
  return text(bag(component.constructor)['name']) ?? 'Object';
}
