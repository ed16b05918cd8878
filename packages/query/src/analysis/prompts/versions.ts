/** Figures of a version of a prompt, and of the change to the next one. */

import {
  changeOf,
  difference,
  type Estimate,
  type FigureKind,
  figureKinds,
  type NamedFigure,
  quantileFor,
  type Sample,
  Z95,
} from '../compare/index.ts';
import type { VersionCalls } from './calls.ts';

/** A figure with its interval of 95 %. */
export interface PromptFigure extends NamedFigure, Estimate {
  /** Number of calls, or of scores. */
  readonly count: number;
}

/** A version of a prompt. */
export interface PromptVersion {
  /** Name of the prompt. One that has none is named by the first 12 digits of its template's hash. */
  readonly name: string;
  readonly version: string | undefined;
  /** SHA-256 of its templates. More than one: the text changed, and the version did not. */
  readonly templates: readonly string[];
  readonly calls: number;
  /** Share of all calls with this prompt. */
  readonly share: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Sum of the known costs. */
  readonly costUsd: number;
  readonly unknownCosts: number;
  /** `tokens` and `cost_usd` are means of a call. */
  readonly figures: readonly PromptFigure[];
}

/** A figure of the newest version of a prompt, beside the version before it. */
export interface PromptChange extends NamedFigure {
  /** Name of the prompt. */
  readonly name: string;
  readonly before: PromptFigure & { readonly version: string | undefined };
  readonly after: PromptFigure & { readonly version: string | undefined };
  /** `after` − `before`, with its interval of 95 %. */
  readonly difference: Estimate;
  /** The interval leaves 0 out, also when it is widened for the number of comparisons (Bonferroni). */
  readonly isChange: boolean;
  /** A change to more errors, time, tokens or cost, or to a lower score. */
  readonly isWorse: boolean;
}

const sampleOf = (own: VersionCalls, { of }: FigureKind): Sample | undefined => own.observations.get(of)?.read();

function figureOf(own: VersionCalls, kind: FigureKind, z: number): PromptFigure | undefined {
  const sample = sampleOf(own, kind);
  const estimate = sample === undefined ? undefined : kind.estimate(sample, z);
  if (sample === undefined || estimate === undefined) return undefined;
  const { figure, title, unit } = kind;
  return { figure, title, unit, count: sample.values.length, ...estimate };
}

/** The figures of a version. @param all - calls with all versions of its prompt */
export function describeVersion(own: VersionCalls, all: number): PromptVersion {
  const { name, version, hashes, calls, firstMs, lastMs, costUsd, unknownCosts } = own;
  return {
    name,
    version,
    templates: [...hashes],
    calls,
    share: calls / all,
    firstMs,
    lastMs,
    costUsd,
    unknownCosts,
    figures: figureKinds(own.observations).flatMap((kind) => figureOf(own, kind, Z95) ?? []),
  };
}

/** Two versions of one prompt, the newer one second. */
export type VersionPair = readonly [before: VersionCalls, after: VersionCalls];

/** Compares the versions of several prompts. All comparisons count for the width of the intervals. */
export function compareVersions(pairs: readonly VersionPair[]): PromptChange[] {
  const compared = pairs.flatMap(([before, after]) =>
    figureKinds(after.observations)
      .filter(({ of }) => before.observations.has(of))
      .map((kind) => ({ before, after, kind })),
  );
  const strict = quantileFor(compared.length);
  return compared.flatMap(({ before, after, kind }) => {
    const [from, to] = [figureOf(before, kind, Z95), figureOf(after, kind, Z95)];
    const [widerFrom, widerTo] = [figureOf(before, kind, strict), figureOf(after, kind, strict)];
    if (from === undefined || to === undefined || widerFrom === undefined || widerTo === undefined) return [];
    return [
      {
        name: after.name,
        figure: kind.figure,
        title: kind.title,
        unit: kind.unit,
        before: { ...from, version: before.version },
        after: { ...to, version: after.version },
        difference: difference(from, to),
        ...changeOf(kind, difference(widerFrom, widerTo)),
      },
    ];
  });
}
