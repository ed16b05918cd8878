/** How a tool is defined, and the arguments that all tools share. */

import { z } from 'zod';
import type { Asked } from './answer.ts';

/** A tool: its name, its arguments, and the question that they ask. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodObject;
  /** @param args - arguments that passed `input` */
  ask(args: unknown): Omit<Asked, 'budget'>;
}

const USUAL_BUDGET = 4000;
const MIN_BUDGET = 100;
const MAX_BUDGET = 100_000;
const MAX_LIMIT = 1000;
const MAX_TEXT = 4000;

/** A text of an argument. */
export const word = z.string().min(1).max(MAX_TEXT);

/** Arguments of every tool. */
const SHARED = {
  filter: word.optional().describe('only spans that pass, such as: type:llm model:gpt-4o* duration>2s status:error'),
  since: word.optional().describe('since a length of time (90m, 7d) or a time'),
  from: word.optional().describe('since this time, such as 2026-11-22 or 2026-11-22T09:00Z'),
  to: word.optional().describe('until this time'),
  budget: z
    .number()
    .int()
    .min(MIN_BUDGET)
    .max(MAX_BUDGET)
    .default(USUAL_BUDGET)
    .describe('tokens of the answer, at most about; long texts and lists are cut'),
};

/** Most rows of an answer. */
export const limit = z.number().int().min(1).max(MAX_LIMIT).optional().describe('at most so many rows');

/** Flags that every command has. */
const sharedFlags = (args: { filter?: unknown; since?: unknown; from?: unknown; to?: unknown }): Asked['flags'] => ({
  filter: args.filter === undefined ? undefined : [args.filter],
  since: args.since,
  from: args.from,
  to: args.to,
});

/** A flag of the command line is text. */
export const numeral = (value: number | undefined): string | undefined =>
  value === undefined ? undefined : String(value);

/** Makes a tool. A wrong name of an argument is an error. */
export function defineTool<Shape extends z.core.$ZodLooseShape>(
  name: string,
  description: string,
  shape: Shape,
  ask: (args: z.output<z.ZodObject<Shape & typeof SHARED>>) => Omit<Asked, 'budget'>,
): Tool {
  const input = z.strictObject({ ...shape, ...SHARED });
  return {
    name,
    description,
    input,
    ask: (args) => {
      const { command, words = [], flags } = ask(args as z.output<z.ZodObject<Shape & typeof SHARED>>);
      return { command, words, flags: { ...sharedFlags(args as object), ...flags } };
    },
  };
}

/** The budget of a call. */
export const budgetOf = (args: unknown): number => z.object({ budget: SHARED.budget }).parse(args).budget;
