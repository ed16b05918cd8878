/** Prompts of other stores, from a file or an answer of their API. */
import { isPlainObject, SpanlineError } from '@spanline/record';
import { definePrompt, type PromptOptions } from '../define-prompt.ts';
import type { ImportedPrompts, SkippedPrompt } from './imported.ts';
import { isLangfusePrompt, readLangfusePrompt } from './langfuse.ts';
import { isLangsmithCommit, readLangsmithCommit } from './langsmith.ts';

export type { ImportedPrompts } from './imported.ts';

/** Why a prompt is none of ours, such as a variable with a dot in its name. */
function faultOf(prompt: PromptOptions): string | undefined {
  try {
    definePrompt(prompt);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^ERR_\w+: (?:prompt [^:]*: )?/, '') : String(error);
  }
}

/** Values of a document: one, a list, or a list under `data`. */
function valuesOf(document: unknown): readonly unknown[] {
  if (Array.isArray(document)) return document;
  return isPlainObject(document) && Array.isArray(document['data']) ? document['data'] : [document];
}

/**
 * Reads prompts of Langfuse (versions of prompts, as `GET /api/public/v2/prompts/{name}` answers) or of LangSmith
 * (commits, as `GET /commits/{owner}/{repo}/{commit}` answers): one, a list, or a list under `data`.
 *
 * @param document - parsed JSON
 * @throws SpanlineError `ERR_INVALID_PROMPT` for a value that is neither
 */
export function readExport(document: unknown): ImportedPrompts {
  const prompts: PromptOptions[] = [];
  const skipped: SkippedPrompt[] = [];
  const environments = new Map<string, Map<string, string>>();
  const keep = (prompt: PromptOptions): boolean => {
    const reason = faultOf(prompt);
    if (reason === undefined) prompts.push(prompt);
    else skipped.push({ name: prompt.name, version: prompt.version, reason });
    return reason === undefined;
  };
  for (const [index, value] of valuesOf(document).entries()) {
    if (isLangfusePrompt(value)) {
      const read = readLangfusePrompt(value);
      if ('skipped' in read) skipped.push(read.skipped);
      else if (keep(read.prompt)) {
        for (const label of read.labels) {
          const versions = environments.get(label) ?? new Map<string, string>();
          environments.set(label, versions.set(read.prompt.name, read.prompt.version ?? ''));
        }
      }
    } else if (isLangsmithCommit(value)) {
      const read = readLangsmithCommit(value);
      if ('skipped' in read) skipped.push(read.skipped);
      else keep(read.prompt);
    } else {
      const problem = `value ${index + 1} is neither a prompt of Langfuse (name, version, prompt) nor a commit of LangSmith (repo, commit_hash, manifest)`;
      throw new SpanlineError({ code: 'ERR_INVALID_PROMPT', problem });
    }
  }
  return {
    prompts,
    skipped,
    environments: Object.fromEntries([...environments].map(([name, versions]) => [name, Object.fromEntries(versions)])),
  };
}
