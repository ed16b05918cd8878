import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerUsage } from '../../src/usage/index.ts';

function read(pieces: readonly unknown[], isBroken = false) {
  const usage = new AnswerUsage();
  for (const piece of pieces) usage.add(piece);
  return usage.read(isBroken);
}

const chat = (more: object): object => ({ model: 'm', choices: [{ index: 0, delta: { content: 'a' } }], ...more });
const DONE = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
const count = fc.integer({ min: 1, max: 5000 });

describe('the usage of a stream', () => {
  it('is the last report where a server repeats sums', () => {
    fc.assert(
      fc.property(count, fc.array(count, { minLength: 1, maxLength: 20 }), (input, growth) => {
        let output = 0;
        const chunks = growth.map((more) => {
          output += more;
          const usage = { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
          return chat({ usage });
        });
        const found = read([...chunks, DONE]);
        expect(found).toEqual({ source: 'provider', units: { input_tokens: input, output_tokens: output } });
      }),
    );
  });

  it('is a sum where the output of a chunk is less than that of an earlier one', () => {
    fc.assert(
      fc.property(count, fc.array(count, { minLength: 2, maxLength: 20 }), (input, outputs) => {
        fc.pre(outputs.some((output, index) => index > 0 && output < (outputs[index - 1] ?? 0)));
        const chunks = outputs.map((output) =>
          chat({
            usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
          }),
        );
        const found = read([...chunks, DONE]);
        const sum = outputs.reduce((total, output) => total + output, 0);
        expect(found).toEqual({ source: 'provider', units: { input_tokens: input, output_tokens: sum } });
      }),
    );
  });

  it.each([
    ['the last chunk', [chat({}), chat({ usage: { prompt_tokens: 9, completion_tokens: 4 } })]],
    [
      "Groq's own key",
      [chat({}), chat({ ...DONE, x_groq: { id: 'q', usage: { prompt_tokens: 9, completion_tokens: 4 } } })],
    ],
    ["another vendor's key", [chat({}), chat({ x_vendor: { prompt_tokens: 9, completion_tokens: 4 } })]],
    [
      "Moonshot's choice",
      [{ choices: [{ finish_reason: 'stop', usage: { prompt_tokens: 9, completion_tokens: 4 } }] }],
    ],
    [
      'both keys of Groq',
      [
        chat({ x_groq: { usage: { prompt_tokens: 9, completion_tokens: 4 } } }),
        chat({ usage: { prompt_tokens: 9, completion_tokens: 4 } }),
      ],
    ],
    [
      'later chunks without counts, or with 0',
      [
        chat({ usage: { prompt_tokens: 9, completion_tokens: 4 } }),
        chat({ usage: null }),
        chat({ usage: { prompt_tokens: 0, completion_tokens: 0 } }),
      ],
    ],
    ["Mistral's events", [{ data: chat({}) }, { data: chat({ usage: { promptTokens: 9, completionTokens: 4 } }) }]],
    [
      "Ollama's last line",
      [
        { model: 'm', done: false },
        { model: 'm', done: true, prompt_eval_count: 9, eval_count: 4 },
      ],
    ],
    [
      "Bedrock's events",
      [
        { contentBlockDelta: {} },
        { metadata: { usage: { inputTokens: 9, outputTokens: 4, totalTokens: 13 }, metrics: { latencyMs: 5 } } },
      ],
    ],
    [
      "Bedrock's metrics of Claude",
      [
        { type: 'message_start', message: { model: 'm', usage: { input_tokens: 9, output_tokens: 1 } } },
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } },
        {
          type: 'message_stop',
          'amazon-bedrock-invocationMetrics': { inputTokenCount: 9, outputTokenCount: 4, invocationLatency: 800 },
        },
      ],
    ],
    [
      "Bedrock's metrics alone",
      [{ type: 'message_stop', 'amazon-bedrock-invocationMetrics': { inputTokenCount: 9, outputTokenCount: 4 } }],
    ],
    [
      "Google's sums",
      [
        { usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 1, totalTokenCount: 10 } },
        {
          candidates: [{ finishReason: 'STOP' }],
          usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4, totalTokenCount: 13 },
        },
      ],
    ],
    [
      "Cohere's last event",
      [
        {
          type: 'message-end',
          delta: {
            usage: {
              billed_units: { input_tokens: 9, output_tokens: 4 },
              tokens: { input_tokens: 70, output_tokens: 4 },
            },
          },
        },
      ],
    ],
  ])('is found in %s', (_where, pieces) => {
    expect(read(pieces)).toMatchObject({ units: { input_tokens: 9, output_tokens: 4 } });
    expect(read(pieces)).not.toHaveProperty('issue');
    expect(read(pieces)).not.toHaveProperty('unknown');
  });

  it("has Google's searches, whichever chunk names them", () => {
    const grounded = { candidates: [{ groundingMetadata: { webSearchQueries: ['a', 'b'] } }] };
    const last = {
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1 },
    };
    const found = read([{ modelVersion: 'gemini-3-pro-preview', ...grounded }, last]);
    expect(found?.units).toMatchObject({ web_searches: 2 });
  });

  const groundedBy = (...queries: string[]) => ({ groundingMetadata: { webSearchQueries: queries } });
  const counts = { usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 } };

  it.each([
    ['pieces', [['a'], ['b', 'c']], 3],
    ['repeated', [['a'], ['a', 'b'], ['a', 'b']], 2],
    ['partly empty', [['', 'a'], []], 1],
  ])("has Google's searches once where several chunks name them: %s", (_, chunks, searches) => {
    const streamed = chunks.map((queries) => ({ candidates: [{ index: 0, ...groundedBy(...queries) }] }));
    const found = read([{ modelVersion: 'gemini-3-pro-preview' }, ...streamed, counts]);
    expect(found?.units.web_searches).toBe(searches);
    const live = chunks.map((queries) => ({ serverContent: groundedBy(...queries) }));
    expect(read([...live, { modelVersion: 'gemini-3-flash', ...counts }])?.units.web_searches).toBe(searches);
    const merged = { candidates: [groundedBy(...chunks.flat())], modelVersion: 'gemini-3-pro-preview', ...counts };
    expect(read([merged])?.units.web_searches).toBe(searches);
  });

  it('keeps the places that an earlier chunk names, and counts one prompt before Gemini 3', () => {
    const found = read([
      { modelVersion: 'gemini-2.5-flash', candidates: [{ groundingMetadata: { groundingChunks: [{ maps: {} }] } }] },
      { candidates: [groundedBy('a', 'b')] },
      { candidates: [groundedBy('c')], ...counts },
    ]);
    expect(found?.units.web_searches).toBe(1);
    expect(found?.unknown).toEqual(['groundingMetadata.groundingChunks.maps']);
  });

  it("has the usage of an interaction of Google's newer API", () => {
    const usage = new AnswerUsage({ model: 'gemini-3-flash-preview' });
    usage.add({ event_type: 'interaction.start', interaction: { id: 'i', status: 'in_progress' } });
    usage.add({ event_type: 'content.delta', index: 0, delta: { type: 'text', text: 'So.' } });
    usage.add({
      event_type: 'interaction.complete',
      interaction: {
        id: 'i',
        status: 'completed',
        usage: {
          total_input_tokens: 9,
          total_output_tokens: 4,
          total_thought_tokens: 2,
          total_tokens: 15,
          grounding_tool_count: [{ type: 'google_search', count: 3 }],
        },
      },
    });
    expect(usage.read(false)).toEqual({
      source: 'provider',
      units: { input_tokens: 9, output_tokens: 6, output_reasoning_tokens: 2, web_searches: 3 },
    });
  });

  it('has the speech and the text of Nova Sonic, whose events have sums', () => {
    const tokens = (speechTokens: number, textTokens: number): object => ({ speechTokens, textTokens });
    const counts = (input: [number, number], output: [number, number], delta: [number, number]): object => ({
      event: {
        usageEvent: {
          completionId: 'c',
          details: {
            delta: { input: tokens(...delta), output: tokens(...delta) },
            total: { input: tokens(...input), output: tokens(...output) },
          },
          totalInputTokens: input[0] + input[1],
          totalOutputTokens: output[0] + output[1],
          totalTokens: input[0] + input[1] + output[0] + output[1],
        },
      },
    });
    const pieces = [
      { event: { completionStart: {} } },
      counts([400, 90], [0, 0], [400, 90]),
      counts([900, 100], [700, 60], [500, 60]),
      counts([1000, 100], [800, 70], [100, 10]),
    ];
    const found = read(pieces);
    expect(found).toEqual({
      source: 'provider',
      units: {
        input_tokens: 1100,
        input_audio_tokens: 1000,
        input_text_tokens: 100,
        output_tokens: 870,
        output_audio_tokens: 800,
        output_text_tokens: 70,
      },
    });
  });

  it('has the searches of Gemini behind a proxy', () => {
    const found = read([
      {
        model: 'gemini-3-pro-preview',
        vertex_ai_grounding_metadata: [{ webSearchQueries: ['a'] }, { webSearchQueries: ['a', 'b'] }],
        usage: { prompt_tokens: 1, completion_tokens: 1 },
      },
    ]);
    expect(found?.units.web_searches).toBe(2);
  });

  it('has the conditions that any chunk names', () => {
    const found = read([chat({ service_tier: 'flex' }), chat({ usage: { prompt_tokens: 1, completion_tokens: 1 } })]);
    expect(found).toMatchObject({ conditions: { tier: 'flex' } });
  });

  it('that broke off is incomplete, unless the answer had ended', () => {
    const usage = { prompt_tokens: 9, completion_tokens: 4 };
    expect(read([chat({ usage })], true)).toMatchObject({ issue: 'incomplete' });
    expect(read([chat({ usage }), DONE], true)).not.toHaveProperty('issue');
    expect(read([chat({})], true)).toBeUndefined();
  });

  it('counts compactions once, whether they come whole or with the last event', () => {
    const iterations = [
      { type: 'compaction', input_tokens: 1000, output_tokens: 30 },
      { type: 'message', input_tokens: 400, output_tokens: 20 },
    ];
    const usage = { input_tokens: 400, output_tokens: 20, iterations };
    const whole = read([{ model: 'claude-opus-4-8', content: [], usage }]);
    const streamed = read([
      { type: 'message_start', message: { model: 'claude-opus-4-8', usage: { input_tokens: 400, output_tokens: 1 } } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage },
      { type: 'message_stop' },
    ]);
    expect(whole?.units).toEqual({ input_tokens: 1400, output_tokens: 50, requests: 2 });
    expect(streamed).toEqual(whole);
  });

  it('survives whatever comes', () => {
    const key = fc.constantFrom(
      'usage',
      'choices',
      'candidates',
      'output',
      'item',
      'type',
      'delta',
      'metadata',
      'response',
    );
    fc.assert(
      fc.property(fc.array(fc.dictionary(key, fc.anything({ maxDepth: 3 })), { maxLength: 5 }), (pieces) => {
        read(pieces, true);
      }),
    );
  });
});
