import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ChatPromptTemplate, MessagesPlaceholder, PromptTemplate } from '@langchain/core/prompts';
import { RunnableLambda } from '@langchain/core/runnables';
import { LangfuseClient } from '@langfuse/client';
import { pull } from 'langchain/hub';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { drain } from '../../../test/support/records.ts';
import { createWorld, ScriptedModel, type World } from './support/world.ts';

let world: World;

beforeEach(() => {
  world = createWorld();
});

afterEach(() => world.check());

describe('a prompt', () => {
  it('shows its template, its variables and a hash of the template', async () => {
    const prompt = ChatPromptTemplate.fromMessages([
      ['system', 'You are {role}.'],
      new MessagesPlaceholder('history'),
      ['user', '{question}'],
      ['ai', 'Let me see.'],
    ]);
    await prompt.invoke({ role: 'kind', history: [], question: 'Why?' }, { callbacks: world.callbacks });
    const line = world.record('ChatPromptTemplate');
    expect(line['spanline.prompt.template']).toBe(
      'system: You are {role}.\n{history}\nuser: {question}\nassistant: Let me see.',
    );
    expect(JSON.parse(String(line['spanline.prompt.variables']))).toEqual({
      role: 'kind',
      history: [],
      question: 'Why?',
    });
    expect(line['spanline.prompt.template_sha256']).toMatch(/^[0-9a-f]{64}$/);
    await PromptTemplate.fromTemplate('Hi {name}').invoke({ name: 'Ann' }, { callbacks: world.callbacks });
    expect(world.record('PromptTemplate')['spanline.prompt.template']).toBe('Hi {name}');
  });

  describe('from a store', () => {
    let store: Server;
    let url: string;

    beforeAll(async () => {
      const manifest = JSON.parse(JSON.stringify(ChatPromptTemplate.fromTemplate('{q}'))) as unknown;
      const kept = { id: 'p', config: {}, labels: ['production'], tags: [], name: 'greeting', version: 3 };
      const chat = { ...kept, type: 'chat', prompt: [{ role: 'system', content: 'Be {{tone}}.' }] };
      const answers: Readonly<Record<string, unknown>> = {
        '/commits/-/rag/abc123': { commit_hash: 'abc123', manifest, examples: [] },
        '/api/public/v2/prompts/greeting': { ...kept, type: 'text', prompt: 'Hi {{q}}' },
        '/api/public/v2/prompts/tone': { ...chat, name: 'tone', version: 12 },
      };
      store = createServer(({ url: path = '' }, response) => {
        response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[path]));
      }).listen(0, '127.0.0.1');
      await once(store, 'listening');
      url = `http://127.0.0.1:${(store.address() as AddressInfo).port}`;
    });

    afterAll(() => {
      store.closeAllConnections();
      store.close();
    });

    const named = (name: string) => {
      const { 'gen_ai.prompt.name': prompt, 'gen_ai.prompt.version': version } = world.record(name);
      return [prompt, version];
    };

    it.each(['invoke', 'stream'] as const)(
      'of LangSmith names itself, and the model calls that it asks: %s',
      async (way) => {
        const prompt = await pull<ChatPromptTemplate<{ q: string }>>('rag:abc123', { apiUrl: url, apiKey: 'test' });
        const failing = new ScriptedModel(new Error('no'));
        const chain = prompt.pipe(failing.withFallbacks([new ScriptedModel('yes')]));
        const given = { callbacks: world.callbacks };
        if (way === 'invoke') await chain.invoke({ q: 'x' }, given);
        else await drain(await chain.stream({ q: 'x' }, given));
        const prompted = world.log.records().filter((record) => record['gen_ai.prompt.name'] === 'rag');
        expect(prompted.map((record) => [record['span.type'], record['gen_ai.prompt.version']])).toEqual([
          ['prompt', 'abc123'],
          ['llm', 'abc123'],
          ['llm', 'abc123'],
        ]);
      },
    );

    it('of LangSmith that somebody else owns is named with its owner', async () => {
      const prompt = ChatPromptTemplate.fromTemplate('{q}');
      prompt.metadata = { lc_hub_owner: 'acme', lc_hub_repo: 'rag', lc_hub_commit_hash: 'abc123' };
      await prompt.invoke({ q: 'x' }, { callbacks: world.callbacks });
      expect(named('ChatPromptTemplate')).toEqual(['acme/rag', 'abc123']);
    });

    it('of Langfuse names itself, and the model call that it asks', async () => {
      const langfuse = new LangfuseClient({ baseUrl: url, publicKey: 'pk', secretKey: 'sk' });
      const greeting = await langfuse.prompt.get('greeting', { type: 'text' });
      const prompt = PromptTemplate.fromTemplate(greeting.getLangchainPrompt()).withConfig({
        metadata: { langfusePrompt: greeting },
      });
      await prompt.pipe(new ScriptedModel('yes')).invoke({ q: 'x' }, { callbacks: world.callbacks });
      expect(named('PromptTemplate')).toEqual(['greeting', '3']);
      expect(named('chat ScriptedModel')).toEqual(['greeting', '3']);
    });

    it('of Langfuse, of several messages, likewise', async () => {
      const langfuse = new LangfuseClient({ baseUrl: url, publicKey: 'pk', secretKey: 'sk' });
      const tone = await langfuse.prompt.get('tone', { type: 'chat' });
      const prompt = ChatPromptTemplate.fromMessages(tone.getLangchainPrompt() as never);
      prompt.metadata = { langfusePrompt: tone };
      await prompt.pipe(new ScriptedModel('yes')).invoke({ tone: 'kind' }, { callbacks: world.callbacks });
      expect(world.record('ChatPromptTemplate')['spanline.prompt.template']).toBe('system: Be {tone}.');
      expect(named('chat ScriptedModel')).toEqual(['tone', '12']);
    });
  });

  it('that is not from a store does not name the next model call', async () => {
    const stored = PromptTemplate.fromTemplate('{q}');
    stored.metadata = { langfusePrompt: { name: 'greeting', version: 3 } };
    const chain = stored
      .pipe(RunnableLambda.from(() => ({ q: 'loud' })))
      .pipe(PromptTemplate.fromTemplate('{q}'))
      .pipe(new ScriptedModel('yes'));
    await chain.invoke({ q: 'x' }, { callbacks: world.callbacks });
    expect(world.record('chat ScriptedModel')).not.toHaveProperty(['gen_ai.prompt.name']);
  });
});
