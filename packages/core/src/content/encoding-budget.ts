/** Values of all kinds that are read. */
const MAX_NODES = 50_000;
/** Listing the keys of an object takes an eighth of the time of reading their values. */
const LISTED_PER_NODE = 8;
/** Texts of one value, as a multiple of the limit of a single text. */
const TEXT_BUDGET = 4;
/** A text of this size stays whole even if long texts have used up the budget: names, roles, ids. */
const MIN_TEXT = 64;

/** The state of a budget at one point. */
type Spent = Pick<EncodingBudget, 'bytes' | 'truncated' | 'nodes' | 'textLength'>;

/** Limits and counts of the encoding of one value. */
export class EncodingBudget {
  /**
   * UTF-8 bytes of all texts of the value, before redaction and truncation; estimated for strings of more than a
   * million characters.
   */
  bytes = 0;
  /** True if something was left out. */
  truncated = false;
  /** Values that may still be read. */
  nodes = MAX_NODES;
  /** Characters that texts may still have; below 0 once they were spent. */
  textLength = 0;
  readonly #maxStringBytes: number;

  constructor(maxStringBytes: number) {
    this.#maxStringBytes = maxStringBytes;
  }

  /** Begins with another value. */
  restart(): void {
    this.bytes = 0;
    this.truncated = false;
    this.nodes = MAX_NODES;
    this.textLength = this.#maxStringBytes * TEXT_BUDGET;
  }

  /** UTF-8 bytes that the next text may have. */
  get maxTextBytes(): number {
    return Math.max(MIN_TEXT, Math.min(this.#maxStringBytes, this.textLength));
  }

  /** Counts entries that are listed before they are read. */
  list(entries: number): void {
    this.nodes -= Math.floor(entries / LISTED_PER_NODE);
  }

  /** Counts a text. Nothing more is read after texts of twice the budget. */
  addText(bytes: number, keptLength: number): void {
    this.bytes += bytes;
    this.textLength -= keptLength;
    if (this.textLength < -TEXT_BUDGET * this.#maxStringBytes) this.nodes = 0;
  }

  spent(): Spent {
    const { bytes, truncated, nodes, textLength } = this;
    return { bytes, truncated, nodes, textLength };
  }

  /** Undoes what was spent since. */
  restore(spent: Spent): void {
    Object.assign(this, spent);
  }
}
