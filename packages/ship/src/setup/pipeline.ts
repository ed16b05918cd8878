import { familiesOf, fieldsOf, type FieldKind } from './fields.ts';
import { MAX_TERM_CHARACTERS, ODD_FIELD, type SetupProfile, TEXT_FIELD } from './names.ts';
import { PIPELINE_SCRIPT } from './pipeline-script.ts';

/** What the script has to tell apart; `content` fits whatever it holds. */
const SHAPES: Readonly<Record<FieldKind, string>> = {
  string: 'scalar',
  text: 'scalar',
  date: 'scalar',
  ip: 'scalar',
  content: 'content',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
};

/** Names on the way to a field: `gen_ai` and `gen_ai.usage` of `gen_ai.usage.input_tokens`. */
function branchesOf(names: readonly string[]): Record<string, true> {
  const branches: Record<string, true> = {};
  for (const name of names) {
    const parts = name.split('.');
    for (let length = 1; length < parts.length; length++) branches[parts.slice(0, length).join('.')] = true;
  }
  return branches;
}

/**
 * An ingest pipeline that leaves nothing on a document that its mapping would refuse: a value of the wrong shape, a text where an object belongs, a name that is no path, a time that is
 * none. Such values move to `spanline.odd`. Members of open families become one object each, and texts of structured content are gathered in `spanline.text`.
 */
export function pipelineOf(profile: SetupProfile): Record<string, unknown> {
  const families = familiesOf();
  const structured = profile === 'ecs';
  const shapes: Record<string, string> = { [ODD_FIELD]: 'content', [TEXT_FIELD]: 'scalar' };
  for (const { name, kind } of fieldsOf(profile)) {
    shapes[name] = kind === 'content' && !structured ? 'scalar' : SHAPES[kind];
  }
  return {
    description: 'Spanline: keeps every document acceptable to its mapping',
    processors: [
      {
        script: {
          lang: 'painless',
          source: PIPELINE_SCRIPT,
          params: {
            shapes,
            branches: branchesOf([...Object.keys(shapes), ...families]),
            families,
            longest: MAX_TERM_CHARACTERS,
            text: TEXT_FIELD,
            odd: ODD_FIELD,
            nul: '\0',
          },
          ignore_failure: true,
        },
      },
    ],
  };
}
