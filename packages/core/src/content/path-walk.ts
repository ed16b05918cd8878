import { isPathEnd, type PathPosition, type ValueRedactor } from '../redaction/index.ts';

/** Follows the user's paths into a value while it is encoded. */
export class PathWalk {
  /** Where the paths are at the current value; `undefined` where none leads on. */
  position: PathPosition | undefined;
  /** Values that were replaced. */
  censored = 0;
  redactor: ValueRedactor;
  /** The steps to the current value. They are kept where a path may lead on. */
  #steps: string[] | undefined;

  constructor(redactor: ValueRedactor) {
    this.redactor = redactor;
  }

  /**
   * Encodes the value at a step, or what replaces it if a path ends there.
   *
   * @param name - name of the field that `value` is the value of
   */
  enter<T>(
    position: PathPosition,
    step: string,
    value: unknown,
    name: string | undefined,
    encode: (value: unknown, name: string | undefined) => T,
  ): T {
    const outer = this.position;
    const steps = (this.#steps ??= []);
    steps.push(step);
    try {
      if (isPathEnd(position)) {
        this.position = undefined;
        this.censored++;
        return encode(this.redactor.censor(value, steps), undefined);
      }
      this.position = position.length === 0 ? undefined : position;
      return encode(value, name);
    } finally {
      steps.pop();
      this.position = outer;
    }
  }
}
