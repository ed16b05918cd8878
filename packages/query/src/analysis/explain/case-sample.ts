/** Cases in bounded memory: the worst ones, and a sample of the others that depends on nothing but their ids. */

import type { Case } from './case.ts';

/** A case, and the number of traces that it stands for. */
export interface WeightedCase {
  readonly item: Case;
  readonly weight: number;
}

/** A sample of cases. */
export interface CaseSample {
  add(item: Case): void;
  /** All that were kept, in the order of their times. */
  read(): WeightedCase[];
  /** Number of cases that were added. */
  readonly count: number;
}

const MAX_WORST = 5000;
const MAX_OTHERS = 15_000;

/** A number that is the same for a trace in every run (FNV-1a, its bits mixed as MurmurHash does). */
function hash(text: string): number {
  let value = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01_00_01_93);
  value = Math.imul(value ^ (value >>> 16), 0x85_eb_ca_6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2_b2_ae_35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** Keeps the greatest by a number. It is cut from time to time, so that adding takes constant time on average. */
function createGreatest(max: number, numberOf: (item: Case) => number) {
  let kept: Case[] = [];
  return {
    /** @returns those that are not among the greatest */
    add(item: Case): Case[] {
      kept.push(item);
      return kept.length < max * 2 ? [] : this.cut();
    },
    cut(): Case[] {
      kept = kept.toSorted((a, b) => numberOf(b) - numberOf(a) || (a.traceId < b.traceId ? -1 : 1));
      return kept.splice(max);
    },
    items: (): readonly Case[] => kept,
  };
}

/** @param sign - 1 if high values are bad, -1 if low values are */
export function createCaseSample(
  sign: 1 | -1,
  maxWorst: number = MAX_WORST,
  maxOthers: number = MAX_OTHERS,
): CaseSample {
  const worst = createGreatest(maxWorst, ({ value }) => sign * value);
  const others = createGreatest(maxOthers, ({ traceId }) => hash(traceId));
  let count = 0;
  return {
    get count() {
      return count;
    },
    add(item) {
      count++;
      for (const other of worst.add(item)) others.add(other);
    },
    read() {
      for (const other of worst.cut()) others.add(other);
      others.cut();
      const kept = others.items();
      const weight = kept.length === 0 ? 1 : (count - worst.items().length) / kept.length;
      const weighted = [
        ...worst.items().map((item) => ({ item, weight: 1 })),
        ...kept.map((item) => ({ item, weight })),
      ];
      return weighted.toSorted((a, b) => a.item.at - b.item.at || (a.item.traceId < b.item.traceId ? -1 : 1));
    },
  };
}
