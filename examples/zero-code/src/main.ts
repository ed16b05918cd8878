import { answer } from './app.ts';
import { startProvider } from './provider.ts';

const provider = await startProvider();
console.error(await answer('How long is the notice period?', `${provider.url}/v1`));
await provider.stop();
