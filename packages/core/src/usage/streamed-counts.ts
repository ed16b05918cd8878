/** One usage object that a stream reports several times. */
import { isPlainObject, type Props } from '@spanline/record';

/** Keys of output, which some servers count for each chunk. */
const OUTPUT = /^(?!prompt).*(?:output|completion|candidates|eval_count|thoughts|reasoning)/i;
const TOTAL = /^total/i;
/** Of one usage object. */
export const MAX_KEYS = 500;

/** A hostile server may send `__proto__`, which no assignment makes a key. */
export const isCount = (key: string, value: unknown): boolean =>
  value !== null && value !== undefined && key !== '__proto__';

/**
 * Puts the reports of a stream together. Nearly all servers repeat sums, of which the last one counts. Some leave a
 * count out of later reports, or write it as `null` or 0: the known one stays. An output that falls is a count for each
 * chunk: such counts are added up. Most answers have one report, for which nothing is added up.
 */
export class StreamedCounts {
  readonly #name: string;
  readonly #outer: StreamedCounts | undefined;
  readonly #values: Props = {};
  /** Sums of outputs; `undefined` before the second report. */
  #sums: Map<string, number> | undefined;
  #falling: Set<string> | undefined;
  #inner: Map<string, StreamedCounts> | undefined;
  #hasReport = false;
  /** The provider says that the counts of the first report are sums. */
  #beganWithSums = false;

  /** @param name - the key of this object in `outer` */
  constructor(name = '', outer?: StreamedCounts) {
    this.#name = name;
    this.#outer = outer;
  }

  /** @param areSums - the provider says that its counts are sums, even where they fall */
  add(counts: Props, areSums: boolean): void {
    if (this.#hasReport) this.#sums ??= this.#firstSums();
    else this.#beganWithSums = areSums;
    let keys = 0;
    for (const key in counts) {
      if (keys++ === MAX_KEYS) break;
      const value = counts[key];
      if (!isCount(key, value)) continue;
      if (isPlainObject(value)) this.#innerOf(key).add(value, areSums);
      else if (typeof value === 'number' && this.#sums !== undefined) this.#addNumber(this.#sums, key, value, areSums);
      else this.#values[key] = value;
    }
    this.#hasReport = true;
  }

  /** True for the key of an output, and for every key in an object of outputs. */
  #isOutput(key: string): boolean {
    return OUTPUT.test(key) || (this.#outer !== undefined && this.#outer.#isOutput(this.#name));
  }

  #firstSums(): Map<string, number> {
    const sums = new Map<string, number>();
    if (this.#beganWithSums) return sums;
    for (const key in this.#values) {
      const value = this.#values[key];
      if (typeof value === 'number' && this.#isOutput(key)) sums.set(key, value);
    }
    return sums;
  }

  #addNumber(sums: Map<string, number>, key: string, value: number, areSums: boolean): void {
    const mayBeChunk = !areSums && this.#isOutput(key);
    const { [key]: known } = this.#values;
    if (mayBeChunk) sums.set(key, (sums.get(key) ?? 0) + value);
    if (typeof known === 'number' && known > 0) {
      if (value === 0) return;
      if (mayBeChunk && value < known) (this.#falling ??= new Set()).add(key);
    }
    this.#values[key] = value;
  }

  #innerOf(key: string): StreamedCounts {
    const all = (this.#inner ??= new Map<string, StreamedCounts>());
    let inner = all.get(key);
    if (inner === undefined) all.set(key, (inner = new StreamedCounts(key, this)));
    return inner;
  }

  get #isAdded(): boolean {
    if (this.#falling !== undefined) return true;
    if (this.#inner !== undefined) for (const inner of this.#inner.values()) if (inner.#isAdded) return true;
    return false;
  }

  /** The usage object as a whole answer would have it. A total of one chunk is no total. */
  toObject(): Props {
    const whole: Props = { ...this.#values };
    if (this.#inner !== undefined) for (const [key, inner] of this.#inner) whole[key] = inner.toObject();
    if (this.#falling !== undefined) for (const key of this.#falling) whole[key] = this.#sums?.get(key);
    if (this.#isAdded) for (const key in whole) if (TOTAL.test(key)) delete whole[key];
    return whole;
  }
}
