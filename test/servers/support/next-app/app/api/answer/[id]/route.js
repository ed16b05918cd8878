import { after } from 'next/server';
import { defaultTracer } from '@spanline/core';
import { identify, traced } from '@spanline/next';
import { callModel } from '../../../../model.js';

export const POST = traced(async (request, { params }) => {
  const { question } = await request.json();
  identify(request, { userId: 'u-7' });
  callModel();
  callModel();
  defaultTracer().logger.info(`asked: ${question}`);
  after(() => defaultTracer().withSpan('clean up', () => {}));
  return Response.json({ id: (await params).id, question }, { status: 201 });
});
