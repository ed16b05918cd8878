import { bag, text } from '@spanline/instrumentation';

/** Name of the class of a component: `RetrieverQueryEngine`. */
export function classNameOf(component: object): string {
  return text(bag(component.constructor)['name']) ?? 'Object';
}
