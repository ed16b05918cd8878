/** `openPrompts`: prompts in a folder. */
import { checkOptions, option, type Shape, SpanlineError } from '@spanline/record';
import type { Prompt } from '../prompt.ts';
import { ruleOf, type ValuesOf, type VariableRules, VARIABLES } from '../template/variables.ts';
import { type PromptFolder, readFolder, stampOf, versionOf } from './read-folder.ts';

/** Options of {@link openPrompts}. */
export interface OpenPromptsOptions {
  /** The folder, relative to the working folder. @defaultValue `prompts` */
  dir?: string;
  /** The environment in `environments.yaml`. @defaultValue `NODE_ENV`, else `development` */
  environment?: string;
  /**
   * Read files again that have changed, when a prompt is used. @defaultValue true, and false where `NODE_ENV` is
   * `production`
   */
  reload?: boolean;
}

/** Options of {@link Prompts.get}. */
export interface GetPromptOptions<Rules extends VariableRules = VariableRules> {
  /** @defaultValue the version of the environment, else the newest */
  version?: string;
  /** The variables that the code fills in. They give the prompt its types, and the file must declare the same. */
  variables?: Rules;
}

/** The prompts of a folder. */
export interface Prompts {
  readonly environment: string;
  /**
   * Finds a prompt. With `reload`, the prompt that is returned follows its file.
   *
   * @throws SpanlineError `ERR_INVALID_PROMPT` if there is none, or if its variables are not those that the code fills
   *   in. With `reload` also when the prompt is used, if its file is wrong by then.
   */
  get<const Rules extends VariableRules = VariableRules>(
    name: string,
    options?: GetPromptOptions<Rules>,
  ): Prompt<VariableRules extends Rules ? Record<string, unknown> : ValuesOf<Rules>>;
  /** All versions of all prompts, by name and version. */
  list(): readonly Prompt[];
}

const OPEN: Shape<OpenPromptsOptions> = {
  dir: option.string(),
  environment: option.string(),
  reload: option.boolean(),
};
const GET: Shape<GetPromptOptions> = { version: option.string(), variables: VARIABLES };

function checkVariables(prompt: Prompt, expected: VariableRules | undefined): void {
  if (expected === undefined) return;
  const fail = (problem: string): never => {
    throw new SpanlineError({
      code: 'ERR_INVALID_PROMPT',
      problem: `prompt ${prompt.name}, version ${prompt.version}: ${problem}`,
    });
  };
  for (const [name, rule] of Object.entries(prompt.variables)) {
    const own = Object.hasOwn(expected, name) ? expected[name] : undefined;
    if (own === undefined) {
      if (rule.default === undefined) return fail(`the code does not fill in ${name}`);
    } else if (ruleOf(own).type !== rule.type)
      return fail(`${name} is a ${rule.type}, and the code has a ${ruleOf(own).type}`);
  }
  for (const name of Object.keys(expected))
    if (!Object.hasOwn(prompt.variables, name)) return fail(`the code fills in ${name}, which it does not have`);
}

/** A prompt whose every use asks for the current one. */
function following(current: () => Prompt): Prompt {
  return {
    get name() {
      return current().name;
    },
    get version() {
      return current().version;
    },
    get description() {
      return current().description;
    },
    get template() {
      return current().template;
    },
    get templateSha256() {
      return current().templateSha256;
    },
    get variables() {
      return current().variables;
    },
    get config() {
      return current().config;
    },
    format: (...values) => current().format(...values),
    reference: (...values) => current().reference(...values),
    run: (values, fn) => current().run(values, fn),
  };
}

/**
 * Opens a folder of prompts. All files are read and checked at once.
 *
 * @throws SpanlineError `ERR_INVALID_OPTION`, `ERR_INVALID_PROMPT` with the file
 *
 * @example
 * ```ts
 * import { openPrompts } from '@spanline/prompts';
 *
 * const prompts = openPrompts({ dir: 'prompts' });
 * const answer = prompts.get('answer', { variables: { question: 'string' } });
 * answer.format({ question: 'Why is the sky blue?' });
 * ```
 */
export function openPrompts(options: OpenPromptsOptions = {}): Prompts {
  checkOptions<OpenPromptsOptions>(OPEN, options);
  const env = process.env['NODE_ENV'] || 'development';
  const { dir = 'prompts', environment = env, reload = env !== 'production' } = options;
  let stamp = reload ? stampOf(dir) : '';
  let folder = readFolder(dir);

  function currentFolder(): PromptFolder {
    if (!reload) return folder;
    const now = stampOf(dir);
    if (now === stamp) return folder;
    folder = readFolder(dir);
    stamp = now;
    return folder;
  }

  function find(name: string, version: string | undefined): Prompt {
    const { prompts, environments } = currentFolder();
    return versionOf(prompts, name, version ?? environments.get(environment)?.get(name), dir);
  }

  function getPrompt(name: string, given: GetPromptOptions = {}): Prompt {
    checkOptions<GetPromptOptions>(GET, given);
    let checked: Prompt | undefined;
    const current = (): Prompt => {
      const prompt = find(name, given.version);
      if (prompt !== checked) checkVariables(prompt, given.variables);
      checked = prompt;
      return prompt;
    };
    const first = current();
    return reload ? following(current) : first;
  }

  return {
    environment,
    get: getPrompt as Prompts['get'],
    list: () => [...currentFolder().prompts.values()].flat(),
  };
}
