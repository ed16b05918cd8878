/** Prompts of another store, over its API. */
import { setTimeout as sleep } from 'node:timers/promises';
import { checkOptions, list, option, props, type Shape, SpanlineError, text } from '@spanline/record';
import {
  createHttpClient,
  describeHttpError,
  type HttpClient,
  isSecret,
  readSecret,
  retryAfterMs,
  type Secret,
} from '@spanline/remote';
import { type ImportedPrompts, readExport } from './read-export.ts';

/** Stores that {@link fetchPrompts} knows. */
export type PromptStore = 'langfuse' | 'langsmith';

/** Options of {@link fetchPrompts}. */
export interface FetchPromptsOptions {
  /** The store whose API answers. */
  from: PromptStore;
  /**
   * Names of prompts. LangSmith needs names, and takes `owner/name` and `name:commit`. @defaultValue all of
   * Langfuse
   */
  names?: readonly string[];
  /**
   * Address of the API. @defaultValue `LANGFUSE_BASE_URL` or `LANGFUSE_HOST`, else Langfuse's European cloud;
   * `LANGSMITH_ENDPOINT`, else `https://api.smith.langchain.com`
   */
  url?: string;
  /** @defaultValue `LANGFUSE_SECRET_KEY` or `LANGSMITH_API_KEY` of the environment */
  key?: Secret;
  /** Langfuse's public key, which goes with the secret one. @defaultValue `LANGFUSE_PUBLIC_KEY` of the environment */
  publicKey?: Secret;
  /** Ends the requests. */
  signal?: AbortSignal;
}

const SECRET = option.secret(option.like<Secret>('a key, { env } or { file }', isSecret));
const SHAPE: Shape<FetchPromptsOptions> = {
  from: option.required(option.oneOf(['langfuse', 'langsmith'])),
  names: option.list(option.string()),
  url: option.like(
    'a URL of http or https',
    (value) => /^https?:\/\//.test(String(value)) && URL.canParse(String(value)),
  ),
  key: SECRET,
  publicKey: SECRET,
  signal: option.like<AbortSignal>('an AbortSignal', (value) => value instanceof AbortSignal),
};

const TIMEOUT_MS = 60_000;
const PAGE = 100;
const ATTEMPTS = 4;
const DEFAULT_WAIT_MS = 1000;
const MAX_WAIT_MS = 60_000;

/** Asks for a path and gives the JSON of the answer. */
type Get = (path: string) => Promise<unknown>;

function failure(store: PromptStore, problem: string, cause?: unknown): SpanlineError {
  return new SpanlineError({
    code: 'ERR_PROMPT_STORE',
    problem: `${store}: ${problem}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

function createGet(client: HttpClient, options: Connection): Get {
  const { store, url, headers, signal } = options;
  const base = url.endsWith('/') ? url : `${url}/`;
  return async (path) => {
    for (let attempt = 1; ; attempt++) {
      let answer;
      try {
        answer = await client.send({ method: 'GET', url: new URL(path, base), headers }, signal);
      } catch (error) {
        throw failure(store, `${path}: ${signal.aborted ? 'interrupted' : describeHttpError(error)}`);
      }
      if (answer.status === 429 && attempt < ATTEMPTS) {
        await sleep(Math.min(retryAfterMs(answer.headers) ?? DEFAULT_WAIT_MS, MAX_WAIT_MS), undefined, { signal });
        continue;
      }
      // The body of a failure may quote the request.
      if (answer.status !== 200) throw failure(store, `${path} was answered with status ${answer.status}`);
      try {
        return JSON.parse(answer.body.toString('utf8'));
      } catch (cause) {
        throw failure(store, `${path} was not answered with JSON`, cause);
      }
    }
  };
}

/** Where and how to ask. */
interface Connection {
  readonly store: PromptStore;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

function keyOf(store: PromptStore, secret: Secret, name: string): string {
  const key = readSecret(secret);
  if (key === undefined) throw failure(store, `there is no ${name}`);
  return key;
}

function connectionOf({ from, url, key, publicKey, signal }: FetchPromptsOptions): Connection {
  const { env } = process;
  const stop = signal ?? new AbortController().signal;
  if (from === 'langsmith') {
    const headers = { 'x-api-key': keyOf(from, key ?? { env: 'LANGSMITH_API_KEY' }, 'key (LANGSMITH_API_KEY)') };
    const address = url ?? (env['LANGSMITH_ENDPOINT'] || 'https://api.smith.langchain.com');
    return { store: from, url: address, headers, signal: stop };
  }
  const user = keyOf(from, publicKey ?? { env: 'LANGFUSE_PUBLIC_KEY' }, 'public key (LANGFUSE_PUBLIC_KEY)');
  const password = keyOf(from, key ?? { env: 'LANGFUSE_SECRET_KEY' }, 'secret key (LANGFUSE_SECRET_KEY)');
  const address = url ?? (env['LANGFUSE_BASE_URL'] || env['LANGFUSE_HOST'] || 'https://cloud.langfuse.com');
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  return { store: from, url: address, headers, signal: stop };
}

/** Names and versions of Langfuse's prompts. */
async function langfuseVersions(get: Get, names: readonly string[] | undefined): Promise<[string, number][]> {
  const found: [string, number][] = [];
  for (let page = 1; ; page++) {
    const { data, meta } = props(await get(`api/public/v2/prompts?page=${page}&limit=${PAGE}`));
    for (const entry of list(data)) {
      const { name, versions } = props(entry);
      const own = text(name);
      if (own === undefined || (names !== undefined && !names.includes(own))) continue;
      for (const version of list(versions)) if (typeof version === 'number') found.push([own, version]);
    }
    if (list(data).length === 0 || !(page < Number(props(meta)['totalPages']))) break;
  }
  const missing = names?.find((name) => !found.some(([own]) => own === name));
  if (missing !== undefined) throw failure('langfuse', `there is no prompt ${missing}`);
  return found;
}

async function fromLangfuse(get: Get, names: readonly string[] | undefined): Promise<unknown[]> {
  const prompts: unknown[] = [];
  for (const [name, version] of await langfuseVersions(get, names))
    prompts.push(await get(`api/public/v2/prompts/${encodeURIComponent(name)}?version=${version}`));
  return prompts;
}

/** `owner/name:commit`, in parts. An owner that is not named is the one of the key. */
function commitPath(name: string): { owner: string; repo: string; commit: string } {
  const [path = '', commit = 'latest'] = name.split(':');
  const at = path.indexOf('/');
  return { owner: at < 0 ? '-' : path.slice(0, at), repo: path.slice(at + 1), commit };
}

async function fromLangsmith(get: Get, names: readonly string[] | undefined): Promise<unknown[]> {
  if (names === undefined || names.length === 0) throw failure('langsmith', 'name the prompts to import');
  const commits: unknown[] = [];
  for (const name of names) {
    const { owner, repo, commit } = commitPath(name);
    const [one, two, three] = [owner, repo, commit].map(encodeURIComponent);
    // The answer of the API has the hash and the manifest; who and what was asked for is in the path.
    commits.push({ owner, repo, ...props(await get(`commits/${one}/${two}/${three}`)) });
  }
  return commits;
}

/**
 * Fetches prompts of Langfuse (all versions) or of LangSmith's hub (the latest commit, or a named one).
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, `ERR_PROMPT_STORE`: no key, no answer, or one that is not of the API. No
 *   error quotes a key or the body of an answer.
 */
export async function fetchPrompts(options: FetchPromptsOptions): Promise<ImportedPrompts> {
  checkOptions<FetchPromptsOptions>(SHAPE, options);
  const connection = connectionOf(options);
  const client = createHttpClient({ timeoutMs: TIMEOUT_MS });
  try {
    const get = createGet(client, connection);
    const { from, names } = options;
    return readExport(from === 'langfuse' ? await fromLangfuse(get, names) : await fromLangsmith(get, names));
  } finally {
    client.close();
  }
}
