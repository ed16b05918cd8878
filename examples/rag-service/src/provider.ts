import { LLMock, type ChatCompletionRequest } from '@copilotkit/aimock';

/** Address of the chat model. */
export interface Provider {
  baseURL: string;
  apiKey: string;
  model: string;
  /** Sends the requests. @defaultValue the global `fetch` */
  fetch?: typeof fetch;
  /** True if the local fake answers. */
  local: boolean;
  stop(): Promise<void>;
}

/** The local fake answers this question with HTTP 429. */
export const RATE_LIMITED_QUESTION = 'What is the rate limit?';

function lastUserText(request: ChatCompletionRequest): string {
  const message = request.messages.findLast(({ role }) => role === 'user');
  if (typeof message?.content === 'string') return message.content;
  return (message?.content ?? []).map((part) => part.text ?? '').join('');
}

/** Answers with the first sentences of the context in the prompt, like an assistant that only quotes its sources. */
function quote(request: ChatCompletionRequest): string {
  const prompt = request.messages.map(({ content }) => (typeof content === 'string' ? content : '')).join('\n');
  const context = prompt.split(/context(?: information)?[^\n]*\n/i).at(-1) ?? prompt;
  const sentences = context
    .replace(/```[\s\S]*?```/g, ' ')
    .replace(/[#*_`>[\]()-]+/g, ' ')
    .split(/(?<=[.!?])\s+/)
    .map((sentence) => sentence.replace(/\s+/g, ' ').trim())
    .filter((sentence) => sentence.length > 30);
  return sentences.slice(0, 3).join(' ') || 'The manual does not say.';
}

/** The usual estimate: four characters a token. */
function usage(request: ChatCompletionRequest, answer: string): { prompt_tokens: number; completion_tokens: number } {
  return {
    prompt_tokens: Math.ceil(JSON.stringify(request.messages).length / 4),
    completion_tokens: Math.ceil(answer.length / 4),
  };
}

/** A fake provider that speaks OpenAI's protocol over HTTP on loopback: paced streams, usage, tool calls, 429. */
export async function startFake(tokensPerSecond = 150): Promise<Provider> {
  const fake = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  const pace = { streamingProfile: { ttft: 120, tps: tokensPerSecond } };
  fake.on(
    { userMessage: RATE_LIMITED_QUESTION },
    {
      error: { message: 'Rate limit reached for gpt-4o-mini', type: 'requests', code: 'rate_limit_exceeded' },
      status: 429,
      retryAfter: 0,
    },
  );
  fake.on(
    { predicate: (request) => (request.tools?.length ?? 0) > 0, hasToolResult: false },
    (request: ChatCompletionRequest) => {
      const question = lastUserText(request);
      return {
        toolCalls: [
          { id: 'call_search', name: 'search_manual', arguments: JSON.stringify({ query: question }) },
          { id: 'call_list', name: 'list_chapters', arguments: '{}' },
        ],
        usage: usage(request, question),
      };
    },
    { latency: 5 },
  );
  fake.on(
    { predicate: () => true },
    (request: ChatCompletionRequest) => {
      const content = quote(request);
      return { content, usage: usage(request, content) };
    },
    pace,
  );
  await fake.start();
  return {
    baseURL: `${fake.url}/v1`,
    apiKey: 'not-needed',
    model: 'gpt-4o-mini',
    local: true,
    stop: async () => {
      await fake.stop();
    },
  };
}

/** The real API if a key is set, else the local fake. */
export async function startProvider(environment: NodeJS.ProcessEnv = process.env): Promise<Provider> {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model } = environment;
  if (apiKey === undefined || apiKey === '') return startFake();
  return {
    baseURL: baseURL ?? 'https://api.openai.com/v1',
    apiKey,
    model: model ?? 'gpt-4o-mini',
    local: false,
    stop: () => Promise.resolve(),
  };
}
