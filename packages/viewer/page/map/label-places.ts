/** Where the names of groups stand: above the middle of their points, within the picture, and not over each other. */

import type { MapAnswer } from '../../src/contract/index.ts';
import type { Place } from './lasso.ts';

/** A name, and the middle of it in pixels. */
interface Label {
  readonly label: string;
  readonly left: number;
  readonly top: number;
}

/** Width of a character and height of a name, about. */
const CHARACTER = 6.6;
const HEIGHT = 20;
const MARGIN = 24;
/** Widest name, as the style has it. */
const MAX_WIDTH = 200;

const within = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value));

/** The names that have room, those of the largest groups first. The others are in the list of groups. */
export function labelPlaces(clusters: MapAnswer['clusters'], [width, height]: Place): readonly Label[] {
  const placed: (Label & { readonly width: number })[] = [];
  for (const { label, x, y } of clusters.toSorted((a, b) => b.count - a.count)) {
    const own = Math.min(MAX_WIDTH, label.length * CHARACTER + 14);
    const left = within(MARGIN + x * (width - 2 * MARGIN), own / 2, Math.max(own / 2, width - own / 2));
    const top = within(MARGIN + y * (height - 2 * MARGIN) - HEIGHT, HEIGHT / 2, Math.max(HEIGHT, height - HEIGHT / 2));
    const isFree = placed.every(
      (other) => Math.abs(other.left - left) > (other.width + own) / 2 || Math.abs(other.top - top) > HEIGHT,
    );
    if (label !== '' && isFree) placed.push({ label, left, top, width: own });
  }
  return placed;
}
