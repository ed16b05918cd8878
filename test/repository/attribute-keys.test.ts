import { Visitor } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { ATTRIBUTE_KEYS } from '@spanline/record';
import { lineOf, sources, stringOf } from './support/sources.ts';

const KEYS = new Set<string>(ATTRIBUTE_KEYS);
const FAMILIES = [...new Set(ATTRIBUTE_KEYS.filter((key) => key.includes('.')).map((key) => key.split('.', 1)[0]))];
const LOOKS_LIKE_A_KEY = new RegExp(String.raw`^(?:${FAMILIES.join('|')})\.[a-z][\w.]*$`);

/** Names that look like keys of the record and are others'. */
const OTHERS: ReadonlySet<string> = new Set([
  // Events.
  'span.end',
  'span.start',
  'span.content',
  'gen_ai.evaluation.result',
  'spanline.stats',
  'spanline.ship',
  // The configuration file of the command line.
  'spanline.json',
  // Names and fields of the profile `ecs`.
  'client.ip',
  'service.environment',
  'span.id',
  // OpenTelemetry's metrics, and the resource attribute that `deployment.environment.name` replaced.
  'gen_ai.client.operation.duration',
  'gen_ai.client.token.usage',
  'gen_ai.client.inference.duration',
  'gen_ai.client.inference.time_to_first_chunk',
  'gen_ai.client.inference.operation.input_tokens',
  'gen_ai.client.inference.operation.output_tokens',
  'gen_ai.client.embeddings.duration',
  'gen_ai.client.embeddings.operation.input_tokens',
  'gen_ai.invoke_agent.duration',
  'gen_ai.execute_tool.duration',
  'mcp.client.operation.duration',
  'mcp.server.operation.duration',
  'gen_ai.token.modality',
  'gen_ai.token.type',
  'deployment.environment',
  // Families, fields of documents, symbols, and methods in messages.
  'spanline.gauge.',
  'spanline.cost.',
  'spanline.stats.redacted.',
  'spanline.odd',
  'spanline.text',
  'spanline.profile',
  'spanline.tracer.1',
  'spanline.tracer.adopt.1',
  'span.set',
  'span.label',
  // Fields of application lines that packages write through the user's logger.
  'spanline.alert.channel',
  'spanline.audit',
  // Names for receivers of OTLP.
  'gen_ai.usage.cache_creation.input_tokens',
  'gen_ai.usage.cost',
  'gen_ai.usage.details.reasoning_tokens',
  'gen_ai.system',
]);
const OTHER_FAMILIES = /^spanline\.ship\./;
/** Rooms that read the words of other vocabularies. */
const OTHER_WORDS = /\/otel\/src\/(?:spellings|reading)\//;

describe('keys of the record in the sources', () => {
  it('are keys of the attribute table', () => {
    const unknown: string[] = [];
    for (const { folder, path, text, program } of sources) {
      if (OTHER_WORDS.test(`${folder}/src/${path}`)) continue;
      new Visitor({
        Literal(node) {
          const name = stringOf(node)?.value ?? '';
          const isUnknown =
            LOOKS_LIKE_A_KEY.test(name) && !KEYS.has(name) && !OTHERS.has(name) && !OTHER_FAMILIES.test(name);
          if (isUnknown) unknown.push(`${folder}/src/${path}:${lineOf(text, node.start)} ${name}`);
        },
      }).visit(program);
    }
    expect(unknown).toEqual([]);
  });
});
