/** One usage object of an answer, which a stream may report several times. */
import { isPlainObject, type Props } from '@spanline/record';
import { isCount, MAX_KEYS, StreamedCounts } from './streamed-counts.ts';

/** Copies the counts of an object, and after them the objects in it, as reports that are put together have them. */
function copyInto(copy: Props, counts: Props): void {
  let keys = 0;
  let inner: string[] | undefined;
  for (const key in counts) {
    if (keys++ === MAX_KEYS) break;
    const value = counts[key];
    if (!isCount(key, value)) continue;
    if (isPlainObject(value)) (inner ??= []).push(key);
    else copy[key] = value;
  }
  if (inner !== undefined) for (const key of inner) copyInto((copy[key] = {}), counts[key] as Props);
}

/** The reports on one usage object. Most answers have one, which is a copy: the application may change its own. */
export class ReportedCounts {
  readonly #first: Props = {};
  #hasFirst = false;
  #areSums = false;
  /** All reports, from the second one on. */
  #all: StreamedCounts | undefined;

  /** @param areSums - the provider says that its counts are sums, even where they fall */
  add(counts: Props, areSums: boolean): void {
    if (this.#hasFirst) {
      this.#all ??= this.#withFirst();
      this.#all.add(counts, areSums);
      return;
    }
    this.#hasFirst = true;
    this.#areSums = areSums;
    copyInto(this.#first, counts);
  }

  #withFirst(): StreamedCounts {
    const all = new StreamedCounts();
    all.add(this.#first, this.#areSums);
    return all;
  }

  /** The usage object as a whole answer would have it. Nobody may change it. */
  toObject(): Props {
    return this.#all?.toObject() ?? this.#first;
  }
}
