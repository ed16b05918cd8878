/** The texts of spans as points of a plane: near texts are near points. */

import type { Filter, Query } from '@spanline/query';
import type { MapAnswer, MapPoint, MapTexts } from '../../contract/index.ts';
import type { TraceTable } from '../answers/trace-table.ts';
import type { Embed } from './embed.ts';
import { groupsOf, mainPlaces } from './places.ts';
import { eachInSlices } from './slices.ts';
import { type MapText, readTexts } from './texts.ts';
import { createWordCounts, hashedWords, labelOf, type WordCounts, wordsOf } from './words.ts';

/** Characters of a text that are sent. */
const SHOWN = 200;
/** Texts of a slice of work. */
const SLICE = 200;

/** The question of a map. */
export interface MapQuestion {
  readonly query: Query;
  readonly filter: Filter;
  readonly of: MapTexts;
  /** The traces that pass, with their scores. */
  readonly table: TraceTable;
  /** `undefined`: words are counted. */
  readonly embed: Embed | undefined;
  readonly signal: AbortSignal;
}

/** The mean of the scores of each trace that has one. */
function scoresOf(table: TraceTable): Map<string, number> {
  const scores = new Map<string, number>();
  // The column is sorted from the largest to the smallest, so that it holds the mean with the other sign.
  table.numbers('score').forEach((value, index) => {
    if (!Number.isNaN(value)) scores.set(table.traceId(index), -value);
  });
  return scores;
}

/**
 * Stretches numbers to 0 to 1: half by their size, half by their rank, so that a few texts that are far from all others
 * do not press those together.
 */
function stretched(values: readonly number[]): number[] {
  const sorted = [...new Set(values)].toSorted((a, b) => a - b);
  const [low = 0, high = 0] = [sorted[0], sorted.at(-1)];
  if (high <= low) return values.map(() => 0.5);
  const ranks = new Map(sorted.map((value, rank) => [value, rank / (sorted.length - 1)]));
  return values.map((value) => Number((((value - low) / (high - low) + (ranks.get(value) ?? 0)) / 2).toFixed(4)));
}

/** The words of all texts, and of each group. */
interface Words {
  readonly of: readonly (readonly string[])[];
  readonly all: WordCounts;
}

async function readWords(texts: readonly MapText[], signal: AbortSignal): Promise<Words> {
  const words: string[][] = [];
  const all = createWordCounts();
  await eachInSlices(texts, SLICE, signal, ({ text }, index) => {
    const own = wordsOf(text);
    words[index] = own;
    all.add(own);
  });
  return { of: words, all };
}

async function countedWords({ of, all }: Words, signal: AbortSignal): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  await eachInSlices(of, SLICE, signal, (words, index) => {
    vectors[index] = hashedWords(words, all);
  });
  return vectors;
}

async function clustersOf(
  points: readonly MapPoint[],
  { of, all }: Words,
  signal: AbortSignal,
): Promise<MapAnswer['clusters']> {
  const count = 1 + points.reduce((most, { cluster }) => Math.max(most, cluster), -1);
  const clusters = Array.from({ length: count }, () => ({ words: createWordCounts(), x: 0, y: 0 }));
  await eachInSlices(points, SLICE, signal, ({ cluster, x, y }, index) => {
    const own = clusters[cluster];
    if (own === undefined) return;
    own.words.add(of[index] ?? []);
    own.x += x;
    own.y += y;
  });
  return clusters.map(({ words, x, y }) => ({
    label: labelOf(words, all),
    count: words.texts,
    x: x / Math.max(1, words.texts),
    y: y / Math.max(1, words.texts),
  }));
}

/** The answer to `GET /api/v1/map`. @throws SpanlineError `ERR_EMBED` */
export async function readMap({ query, filter, of, table, embed, signal }: MapQuestion): Promise<MapAnswer> {
  const { texts, more } = await readTexts(query, filter, of, { signal });
  const words = await readWords(texts, signal);
  const known = texts.map(({ text }) => text);
  const vectors = await (embed === undefined ? countedWords(words, signal) : embed(known, signal));
  const places = texts.length === 0 ? [] : await mainPlaces(vectors, signal);
  const groups = groupsOf(places);
  const scores = scoresOf(table);
  const [x, y] = [0, 1].map((axis) => stretched(places.map((place) => place[axis] ?? 0)));
  const points = texts.map(({ text, traceId, spanId }, index): MapPoint => {
    const score = scores.get(traceId);
    return {
      x: x?.[index] ?? 0,
      y: y?.[index] ?? 0,
      cluster: groups[index] ?? 0,
      text: text.slice(0, SHOWN),
      traceId,
      spanId,
      ...(score === undefined ? {} : { score }),
    };
  });
  return {
    of,
    by: embed === undefined ? 'words' : 'endpoint',
    points,
    clusters: await clustersOf(points, words, signal),
    more,
  };
}
