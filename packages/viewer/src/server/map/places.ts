/** Places of vectors on a plane: their main directions (PCA), and groups of near ones (k-means). */

import { eachInSlices } from './slices.ts';

/** Directions that are found. Two are drawn, all decide which texts are near. */
const DIRECTIONS = 6;
const ROUNDS = 12;
/** Multiplications between two looks at other requests. */
const SLICE = 4_000_000;
const MAX_GROUPS = 8;
/** Texts of a group, about, where there are few. */
const GROUP_SIZE = 6;

/** Numbers that look like chance and are the same each time. */
function createChance(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
}

const dot = (a: Float64Array, b: Float32Array | Float64Array): number => {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
};

/** Makes directions of length 1 that are at right angles to each other (Gram-Schmidt). */
function straighten(directions: readonly Float64Array[]): void {
  directions.forEach((direction, index) => {
    for (const before of directions.slice(0, index)) {
      const share = dot(before, direction);
      for (let at = 0; at < direction.length; at++) direction[at] = (direction[at] ?? 0) - share * (before[at] ?? 0);
    }
    const length = Math.sqrt(dot(direction, direction));
    for (let at = 0; at < direction.length; at++) direction[at] = length === 0 ? 0 : (direction[at] ?? 0) / length;
  });
}

function meanOf(vectors: readonly Float32Array[]): Float64Array {
  const mean = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] ?? 0) + (vector[at] ?? 0);
  return mean.map((sum) => sum / vectors.length);
}

/**
 * The place of each vector along the directions in which the vectors differ most, the widest direction first. It is
 * found by turns of a few directions through the vectors, so that no square matrix is needed.
 *
 * @throws the reason of the signal
 */
export async function mainPlaces(vectors: readonly Float32Array[], signal: AbortSignal): Promise<Float64Array[]> {
  const mean = meanOf(vectors);
  const chance = createChance();
  let directions = Array.from({ length: Math.min(DIRECTIONS, mean.length) }, () => mean.map(() => chance()));
  const perSlice = Math.max(1, Math.floor(SLICE / Math.max(1, mean.length * DIRECTIONS)));
  straighten(directions);
  const placesOf = (vector: Float32Array, offsets: readonly number[]): number[] =>
    directions.map((direction, index) => dot(direction, vector) - (offsets[index] ?? 0));
  for (let round = 0; round < ROUNDS; round++) {
    const offsets = directions.map((direction) => dot(direction, mean));
    const next = directions.map(() => new Float64Array(mean.length));
    await eachInSlices(vectors, perSlice, signal, (vector) => {
      placesOf(vector, offsets).forEach((place, k) => {
        const sum = next[k] ?? mean;
        for (let at = 0; at < sum.length; at++)
          sum[at] = (sum[at] ?? 0) + place * ((vector[at] ?? 0) - (mean[at] ?? 0));
      });
    });
    directions = next;
    straighten(directions);
  }
  const offsets = directions.map((direction) => dot(direction, mean));
  return vectors.map((vector) => Float64Array.from(placesOf(vector, offsets)));
}

function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return sum;
}

function nearest(place: Float64Array, centers: readonly Float64Array[]): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  centers.forEach((center, index) => {
    const far = distance(place, center);
    if (far < least) [least, best] = [far, index];
  });
  return best;
}

/** Centres far from each other: the next one is the place that is farthest from those before. */
function farApart(places: readonly Float64Array[], count: number): Float64Array[] {
  const centers = places.slice(0, 1);
  const far = places.map(() => Number.POSITIVE_INFINITY);
  while (centers.length < count) {
    const last = centers.at(-1) ?? new Float64Array();
    let best = 0;
    places.forEach((place, index) => {
      far[index] = Math.min(far[index] ?? 0, distance(place, last));
      if ((far[index] ?? 0) > (far[best] ?? 0)) best = index;
    });
    if ((far[best] ?? 0) === 0) break;
    centers.push(places[best] ?? last);
  }
  return centers;
}

/** The number of the group of each place. */
export function groupsOf(places: readonly Float64Array[]): number[] {
  const count = Math.min(MAX_GROUPS, Math.max(1, Math.round(places.length / GROUP_SIZE)));
  let centers = farApart(places, count);
  let groups: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    groups = places.map((place) => nearest(place, centers));
    const counts = centers.map(() => 0);
    const sums = centers.map((center) => new Float64Array(center.length));
    groups.forEach((group, index) => {
      const sum = sums[group];
      counts[group] = (counts[group] ?? 0) + 1;
      if (sum !== undefined)
        for (let at = 0; at < sum.length; at++) sum[at] = (sum[at] ?? 0) + (places[index]?.[at] ?? 0);
    });
    centers = centers.map((center, group) => sums[group]?.map((sum) => sum / (counts[group] || 1)) ?? center);
  }
  return groups;
}
