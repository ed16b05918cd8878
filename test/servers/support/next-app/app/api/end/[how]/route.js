import { notFound, redirect } from 'next/navigation';
import { traced } from '@spanline/next';

export const GET = traced(async (_request, { params }) => {
  const { how } = await params;
  if (how === 'redirect') redirect('/login');
  if (how === 'not-found') notFound();
  throw new TypeError('a fault of the handler');
});
