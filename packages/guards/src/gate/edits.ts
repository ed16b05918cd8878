/** Places of a text that are replaced. */

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Replacements in one text, in places of the text as it came. Where they overlap, the first one counts for all. */
export class Edits {
  #edits: Edit[] = [];

  add(edit: Edit): void {
    const sorted = [...this.#edits, edit].sort((a, b) => a.start - b.start);
    const merged: Edit[] = [];
    for (const each of sorted) {
      const last = merged.at(-1);
      if (last === undefined || each.start >= last.end) merged.push(each);
      else merged[merged.length - 1] = { ...last, end: Math.max(last.end, each.end) };
    }
    this.#edits = merged;
  }

  /** The piece of the text that begins at `from`, with its replacements, each where its place begins. */
  apply(piece: string, from: number): string {
    if (this.#edits.length === 0) return piece;
    let result = '';
    let at = from;
    const end = from + piece.length;
    for (const edit of this.#edits) {
      if (edit.end <= from || edit.start >= end) continue;
      result += piece.slice(at - from, Math.max(at, edit.start) - from);
      if (edit.start >= from) result += edit.text;
      at = Math.min(end, edit.end);
    }
    return result + piece.slice(at - from);
  }

  /** Forgets what stands before a place. */
  drop(before: number): void {
    if (this.#edits.length > 0) this.#edits = this.#edits.filter(({ end }) => end > before);
  }
}
