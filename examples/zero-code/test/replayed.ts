/** Asks the question again. Its model is answered from the lines of a file, its search from the line of the tool. */
import { readFileSync } from 'node:fs';
import { replay } from '@spanline/replay';
import { answer } from '../src/app.ts';

const recorded = replay(readFileSync(process.argv[2] ?? '', 'utf8').split('\n'));
recorded.install();
const search = recorded.tool('search', async (_: { query: string }): Promise<string | undefined> => undefined);
console.error(await answer('How long is the notice period?', 'https://model.invalid/v1', search));
recorded.verify();
