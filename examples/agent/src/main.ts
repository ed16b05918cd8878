import { createTracer } from '@spanline/core';
import { answerRequest } from './agent.ts';
import { answerFromManual } from './rag.ts';

const tracer = createTracer({ service: { name: 'agent', version: '1.0.0' } });
await answerRequest(tracer, 'u_42', 'When does my order come, and how long does delivery take?');
await answerFromManual(tracer, 'How do I leave secrets out of the log?');
await tracer.shutdown();
