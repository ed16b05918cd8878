import { incident } from './incident.ts';

console.log(await incident('legal-rag.ndjson'));
