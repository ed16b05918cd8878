/** Figures of a version of a prompt, and of the change to the next one. */

import {
  difference,
  type Estimate,
  estimateMean,
  estimateQuantile,
  estimateShare,
  quantileFor,
  type Sample,
} from '../compare/index.ts';
import type { PromptObservation, VersionCalls } from './calls.ts';

/** A figure with its interval of 95 %. */
export interface PromptFigure extends Estimate {
  /** `p50_ms`, `p95_ms`, `error_rate`, `tokens`, `cost_usd`, or the name of a score. */
  readonly figure: string;
  readonly unit: 'ms' | 'share' | 'tokens' | 'usd' | 'score';
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
export interface PromptChange {
  readonly name: string;
  readonly figure: string;
  readonly unit: PromptFigure['unit'];
  readonly before: PromptFigure & { readonly version: string | undefined };
  readonly after: PromptFigure & { readonly version: string | undefined };
  /** `after` − `before`, with its interval of 95 %. */
  readonly difference: Estimate;
  /** The interval leaves 0 out, also when it is widened for the number of comparisons (Bonferroni). */
  readonly isChange: boolean;
  /** A change to more errors, time, tokens or cost, or to a lower score. */
  readonly isWorse: boolean;
}

interface FigureKind {
  readonly figure: string;
  readonly unit: PromptFigure['unit'];
  readonly of: PromptObservation;
  estimate(sample: Sample, z: number): Estimate | undefined;
}

const KINDS: readonly FigureKind[] = [
  { figure: 'p50_ms', unit: 'ms', of: 'durationMs', estimate: (sample, z) => estimateQuantile(sample, 0.5, z) },
  { figure: 'p95_ms', unit: 'ms', of: 'durationMs', estimate: (sample, z) => estimateQuantile(sample, 0.95, z) },
  { figure: 'error_rate', unit: 'share', of: 'error', estimate: estimateShare },
  { figure: 'tokens', unit: 'tokens', of: 'tokens', estimate: estimateMean },
  { figure: 'cost_usd', unit: 'usd', of: 'costUsd', estimate: estimateMean },
];

const SCORE = 'score ';
const Z95 = 1.959_963_985;

function kindsOf({ observations }: VersionCalls): FigureKind[] {
  const scores = [...observations.keys()].filter((key) => key.startsWith(SCORE)).toSorted();
  const kinds = scores.map((of): FigureKind => ({
    figure: of.slice(SCORE.length),
    unit: 'score',
    of,
    estimate: estimateMean,
  }));
  return [...KINDS, ...kinds];
}

const sampleOf = (own: VersionCalls, { of }: FigureKind): Sample | undefined => own.observations.get(of)?.read();

function figureOf(own: VersionCalls, kind: FigureKind, z: number): PromptFigure | undefined {
  const sample = sampleOf(own, kind);
  const estimate = sample === undefined ? undefined : kind.estimate(sample, z);
  if (sample === undefined || estimate === undefined) return undefined;
  return { figure: kind.figure, unit: kind.unit, count: sample.values.length, ...estimate };
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
    figures: kindsOf(own).flatMap((kind) => figureOf(own, kind, Z95) ?? []),
  };
}

/** Two versions of one prompt, the newer one second. */
export type VersionPair = readonly [before: VersionCalls, after: VersionCalls];

/** Compares the versions of several prompts. All comparisons count for the width of the intervals. */
export function compareVersions(pairs: readonly VersionPair[]): PromptChange[] {
  const compared = pairs.flatMap(([before, after]) =>
    kindsOf(after)
      .filter(({ of }) => before.observations.has(of) && after.observations.has(of))
      .map((kind) => ({ before, after, kind })),
  );
  const strict = quantileFor(compared.length);
  return compared.flatMap(({ before, after, kind }) => {
    const [from, to] = [figureOf(before, kind, Z95), figureOf(after, kind, Z95)];
    const [widerFrom, widerTo] = [figureOf(before, kind, strict), figureOf(after, kind, strict)];
    if (from === undefined || to === undefined || widerFrom === undefined || widerTo === undefined) return [];
    const { low = 0, high = 0 } = difference(widerFrom, widerTo);
    const isChange = low > 0 || high < 0;
    const isWorse = isChange && (kind.unit === 'score' ? high < 0 : low > 0);
    return [
      {
        name: after.name,
        figure: kind.figure,
        unit: kind.unit,
        before: { ...from, version: before.version },
        after: { ...to, version: after.version },
        difference: difference(from, to),
        isChange,
        isWorse,
      },
    ];
  });
}
