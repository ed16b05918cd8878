import { CONTENT_TEXT_FIELD, MAX_TERM_CHARACTERS } from '@spanline/record';
import { familiesOf, fieldsOf, type FieldKind } from './fields.ts';
import { ODD_FIELD, type SetupProfile } from './names.ts';
import { PIPELINE_SCRIPT } from './pipeline-script.ts';

/** Shapes that the script distinguishes. `content` accepts any value. */
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

/** Objects that contain fields: `gen_ai` and `gen_ai.usage` for `gen_ai.usage.input_tokens`. */
function branchesOf(names: readonly string[]): Record<string, true> {
  const branches: Record<string, true> = {};
  for (const name of names) {
    const parts = name.split('.');
    for (let length = 1; length < parts.length; length++) branches[parts.slice(0, length).join('.')] = true;
  }
  return branches;
}

/**
 * Creates the ingest pipeline that keeps every document acceptable to its mapping:
 *
 * - Values of the wrong shape, texts in place of objects, names that are no paths and invalid times move to
 *   `spanline.odd`.
 * - The members of an open family become one object.
 * - Texts of structured content are gathered in `spanline.text`.
 */
export function pipelineOf(profile: SetupProfile): Record<string, unknown> {
  const families = familiesOf();
  const structured = profile === 'ecs';
  const shapes: Record<string, string> = { [ODD_FIELD]: 'content', [CONTENT_TEXT_FIELD]: 'scalar' };
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
            text: CONTENT_TEXT_FIELD,
            odd: ODD_FIELD,
            nul: '\0',
          },
          ignore_failure: true,
        },
      },
    ],
  };
}
