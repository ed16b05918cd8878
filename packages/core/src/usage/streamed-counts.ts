/** One usage object that a stream reports several times. */
import { isPlainObject, type Props } from '@spanline/record';

/** Keys of output, which some servers count for each chunk. */
const OUTPUT = /^(?!prompt).*(?:output|completion|candidates|eval_count|thoughts|reasoning)/i;
const TOTAL = /^total/i;
/** Of one usage object. */
const MAX_KEYS = 500;

/**
 * Puts the reports of a stream together. Nearly all servers repeat sums, of which the last one counts. Some leave a
 * count out of later reports, or write it as `null` or 0: the known one stays. An output that falls is a count for each
 * chunk: such counts are added up.
 */
export class StreamedCounts {
  readonly #values: Props = {};
  readonly #sums = new Map<string, number>();
  readonly #falling = new Set<string>();
  readonly #inner = new Map<string, StreamedCounts>();

  /** @param areSums - the provider says that its counts are sums, even where they fall */
  add(counts: Props, areSums: boolean, isOutput = false): void {
    let keys = 0;
    for (const key in counts) {
      if (keys++ === MAX_KEYS) break;
      const value = counts[key];
      if (value === null || value === undefined) continue;
      if (isPlainObject(value)) this.#innerOf(key).add(value, areSums, isOutput || OUTPUT.test(key));
      else if (typeof value === 'number') this.#addNumber(key, value, !areSums && (isOutput || OUTPUT.test(key)));
      else this.#values[key] = value;
    }
  }

  #addNumber(key: string, value: number, mayBeChunk: boolean): void {
    const { [key]: known } = this.#values;
    if (mayBeChunk) this.#sums.set(key, (this.#sums.get(key) ?? 0) + value);
    if (typeof known === 'number' && known > 0) {
      if (value === 0) return;
      if (mayBeChunk && value < known) this.#falling.add(key);
    }
    this.#values[key] = value;
  }

  #innerOf(key: string): StreamedCounts {
    let inner = this.#inner.get(key);
    if (inner === undefined) this.#inner.set(key, (inner = new StreamedCounts()));
    return inner;
  }

  get #isAdded(): boolean {
    return this.#falling.size > 0 || [...this.#inner.values()].some((inner) => inner.#isAdded);
  }

  /** The usage object as a whole answer would have it. A total of one chunk is no total. */
  toObject(): Props {
    const whole: Props = { ...this.#values };
    for (const [key, inner] of this.#inner) whole[key] = inner.toObject();
    for (const key of this.#falling) whole[key] = this.#sums.get(key);
    if (this.#isAdded) for (const key in whole) if (TOTAL.test(key)) delete whole[key];
    return whole;
  }
}
