import { run } from './run.ts';

const file = 'safe-chat.ndjson';
const { answers, alerts } = await run(file);
for (const answer of answers) console.log(answer);
console.log(`alerts: ${alerts.join(', ')}`);
console.log(`npx spanline view ${file}`);
