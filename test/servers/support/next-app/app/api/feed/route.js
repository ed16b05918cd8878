import { traced } from '@spanline/next';
import { callModel } from '../../../model.js';

const encoder = new TextEncoder();

/** Server-sent events: as many as `?events=` says, or until the client leaves. */
export const GET = traced((request) => {
  const last = Number(new URL(request.url).searchParams.get('events') ?? Infinity);
  let count = 0;
  callModel();
  const body = new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setImmediate(resolve));
      if (count < last) controller.enqueue(encoder.encode(`data: ${count++}\n\n`));
      else controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
});
