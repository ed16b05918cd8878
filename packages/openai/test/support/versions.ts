import OpenAI from 'openai';
import OpenAI4 from 'openai4';
import OpenAI5 from 'openai5';
import OpenAI7 from 'openai7';

/** The client's class by major version, under the types of the one that the workspace is typed with. */
export const VERSIONS: Readonly<Record<string, typeof OpenAI>> = {
  'openai 4': OpenAI4 as unknown as typeof OpenAI,
  'openai 5': OpenAI5 as unknown as typeof OpenAI,
  'openai 6': OpenAI,
  'openai 7': OpenAI7 as unknown as typeof OpenAI,
};

type Completions = OpenAI['chat']['completions'];

/** The helpers of chat completions, which stood under `beta` in version 4. */
export function helpersOf(client: OpenAI): Pick<Completions, 'parse' | 'stream' | 'runTools'> {
  const { beta } = client as unknown as { beta?: { chat?: { completions?: Completions } } };
  return beta?.chat?.completions ?? client.chat.completions;
}

/** Version 4 cannot make one client of another. */
export function makesCopies(client: object): boolean {
  return 'withOptions' in client;
}
