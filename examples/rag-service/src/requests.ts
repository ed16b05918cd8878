import { RATE_LIMITED_QUESTION } from './provider.ts';

/** Result of one request. */
export interface Outcome {
  title: string;
  requestId: string;
  status: number | 'left';
}

async function post(
  url: string,
  path: string,
  body: string,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
    ...(signal === undefined ? {} : { signal }),
  });
}

const ask = (question: string): string => JSON.stringify({ question });
const STREAMED = { accept: 'text/event-stream' };

async function told(title: string, response: Response): Promise<Outcome> {
  await response.text();
  return { title, requestId: response.headers.get('x-request-id') ?? '', status: response.status };
}

/** Reads the first event and leaves, like a closed browser tab. */
async function hangUp(url: string): Promise<Outcome> {
  const leave = new AbortController();
  const response = await post(url, '/langchain/ask', ask('How do I write a transport?'), STREAMED, leave.signal);
  const requestId = response.headers.get('x-request-id') ?? '';
  await response.body?.getReader().read();
  leave.abort();
  return { title: 'a client that hangs up mid-stream', requestId, status: 'left' };
}

/** The user's judgement of an answer. */
async function judge(url: string, requestId: string): Promise<Outcome> {
  const body = JSON.stringify({ requestId, name: 'thumbs', value: true, comment: 'found it at once' });
  return told('feedback on the first answer', await post(url, '/feedback', body));
}

/**
 * The requests of a day.
 *
 * @param debug - headers of the session to capture in full
 */
export async function sendRequests(url: string, debug: Record<string, string>): Promise<Outcome[]> {
  const outcomes = [
    await told('LangChain', await post(url, '/langchain/ask', ask('How do I redact passwords?'))),
    await told('LangChain, streamed', await post(url, '/langchain/ask', ask('What is a child logger?'), STREAMED)),
    await told('LlamaIndex', await post(url, '/llamaindex/ask', ask('How do I change the timestamp?'))),
    await told('LlamaIndex, streamed', await post(url, '/llamaindex/ask', ask('How do I log to a file?'), STREAMED)),
    await told('an agent with two tools', await post(url, '/agent/ask', ask('How do I set custom levels?'))),
  ];
  outcomes.push(
    ...(await Promise.all(
      ['/langchain/ask', '/llamaindex/ask', '/langchain/ask', '/llamaindex/ask'].map(async (path, index) =>
        told(`concurrent ${index + 1}`, await post(url, path, ask('What does the mixin option do?'))),
      ),
    )),
    await told('a provider that answers 429', await post(url, '/langchain/ask', ask(RATE_LIMITED_QUESTION))),
    await hangUp(url),
    await told(
      'a session seen in full, though e-mail addresses are redacted',
      await post(url, '/langchain/ask', ask('I am ada@example.com. How do I log errors?'), debug),
    ),
    await judge(url, outcomes[0]?.requestId ?? ''),
    await told('a malformed body', await post(url, '/langchain/ask', '{"question": ')),
  );
  return outcomes;
}
