/** Alert rules of an argument: a file, an expression, or the default rules. */

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type AlertRuleInput, DEFAULT_RULES, resolveRules } from '@spanline/monitor/offline';
import { props, SpanlineError } from '@spanline/record';
import { fail } from '../fail.ts';

const MODULE = /\.[cm]?[jt]s$/;

function problem(text: string, cause?: unknown): never {
  const details = { code: 'ERR_INVALID_RULE', problem: text };
  throw new SpanlineError(cause === undefined ? details : { ...details, cause });
}

async function readFile(path: string): Promise<unknown> {
  try {
    if (!MODULE.test(path)) return JSON.parse(readFileSync(path, 'utf8'));
    const module = props(await import(pathToFileURL(resolve(path)).href));
    return module['rules'] ?? module['default'];
  } catch (cause) {
    return problem(`${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

/** @throws SpanlineError `ERR_INVALID_RULE` or `ERR_INVALID_EXPRESSION` for rules that are wrong */
export async function readRules(given: string | undefined): Promise<readonly AlertRuleInput[]> {
  if (given === undefined) return fail('rules', 'given: a file, an expression, or "default"');
  if (given === 'default') return DEFAULT_RULES;
  if (!existsSync(given)) {
    if (/[<>]/.test(given)) return [{ expect: given }];
    return problem(`there is no file ${given}; an expression has a comparison, such as 'p95 < 2s'`);
  }
  const rules = await readFile(given);
  if (!Array.isArray(rules)) return problem(`${given} must have an array of rules`);
  resolveRules(rules as AlertRuleInput[]);
  return rules as AlertRuleInput[];
}
