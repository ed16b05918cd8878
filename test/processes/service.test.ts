/** A whole service: its own pino, pino-http, its own request ids, uploads, and a provider that revoked its key. */
import { expect, it } from 'vitest';
import { jsonLines, runChild } from '../support/child.ts';

const KEY = `sk-proj-${'Qx7'.repeat(16)}`;

/** Nothing of these may be in any output. */
const PRIVATE = {
  question: 'Why does my knee hurt at night?',
  fileName: 'diagnosis-of-miller.txt',
  fileText: 'patient Miller, torn meniscus',
  title: 'findings of last Tuesday',
  mail: 'erika.miller@example.com',
  phone: '+49 30 901820',
  token: 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJlcmlrYSJ9.c2lnbmF0dXJlLXgx',
  cookie: 'sid=7f3b9c2e5d',
  key: KEY,
};

const PROGRAM = `
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ChatOpenAI } from '@langchain/openai';
import busboy from 'busboy';
import express from 'express';
import multer from 'multer';
import OpenAI from 'openai';
import { pino } from 'pino';
import { pinoHttp } from 'pino-http';
import { createTracer, observe } from '@spanline/core';
import { identify, spanlineErrorHandler, spanlineExpress } from '@spanline/express';
import { SpanlineCallbackHandler } from '@spanline/langchain';
import { wrapOpenAI } from '@spanline/openai';

const PRIVATE = ${JSON.stringify(PRIVATE)};

const provider = createServer((req, res) => {
  req.resume().on('end', () => {
    res.writeHead(401, { 'content-type': 'application/json' });
    const message = 'Incorrect API key provided: ' + PRIVATE.key;
    res.end(JSON.stringify({ error: { message, type: 'invalid_request_error', code: 'invalid_api_key', param: null } }));
  });
}).listen(0, '127.0.0.1');
await once(provider, 'listening');
const baseURL = 'http://127.0.0.1:' + provider.address().port + '/v1';

const logger = pino({ base: { app: 'clinic' } });
const tracer = createTracer({ logger, capture: 'metadata', service: { name: 'clinic' }, statsIntervalSeconds: 0 });
const openai = wrapOpenAI(new OpenAI({ apiKey: PRIVATE.key, baseURL, maxRetries: 0 }), { tracer });
const model = new ChatOpenAI({ model: 'gpt-4o-mini', apiKey: PRIVATE.key, maxRetries: 0, configuration: { baseURL } });
const read = observe(async function readUpload(text) { return text.toUpperCase(); });
const http = pinoHttp({ logger, serializers: { req: ({ id, method }) => ({ id, method }), res: () => undefined } });
const spanline = spanlineExpress({ tracer, requestId: (req) => req.get('x-job') && 'job-' + req.get('x-job') });

const app = express();
app.use(...(process.env.ORDER === 'before' ? [http, spanline] : [spanline, http]));
app.use((req, res, next) => {
  identify(req, { userId: 'u_17' });
  next();
});
app.post('/openai', express.json(), async (req, res) => {
  const answer = await openai.chat.completions.create({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: req.body.question }] });
  res.json(answer);
});
app.post('/langchain', express.json(), async (req, res) => {
  res.json(await model.invoke(req.body.question, { callbacks: [new SpanlineCallbackHandler({ tracer })] }));
});
app.post('/multer', multer().single('file'), async (req, res) => {
  req.log.info('multer is done');
  await read(req.file.buffer.toString());
  res.json({ bytes: req.file.size });
});
app.post('/busboy', (req, res) => {
  const form = busboy({ headers: req.headers });
  let text = '';
  form.on('file', (name, file) => file.on('data', (chunk) => (text += chunk)));
  form.on('close', async () => {
    tracer.logger.info('busboy is done');
    await read(text);
    res.json({ bytes: text.length });
  });
  req.pipe(form);
});
app.use((req, res, next) => next(Object.assign(new Error('no such page'), { status: 404 })));
app.use(spanlineErrorHandler());
app.use((error, req, res, next) => void res.status(error.status ?? 500).json({ failed: true }));

const server = app.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = 'http://127.0.0.1:' + server.address().port;
const headers = { authorization: PRIVATE.token, cookie: PRIVATE.cookie, connection: 'close' };
const question = PRIVATE.question + ' Write to ' + PRIVATE.mail + ' or ' + PRIVATE.phone;

async function send(path, job, body, more) {
  const init = { method: 'POST', headers: { ...headers, ...more, 'x-job': job }, body };
  const response = await fetch(url + path + '?mail=' + encodeURIComponent(PRIVATE.mail), init);
  await response.text();
  process.stderr.write(JSON.stringify({ path, status: response.status, id: response.headers.get('x-request-id') }) + '\\n');
}
const json = { 'content-type': 'application/json' };
await send('/openai', '1', JSON.stringify({ question }), json);
await send('/langchain', '2', JSON.stringify({ question }), json);
for (const [path, job] of [['/multer', '3'], ['/busboy', '4']]) {
  const form = new FormData();
  form.append('title', PRIVATE.title);
  form.append('file', new Blob([PRIVATE.fileText]), PRIVATE.fileName);
  await send(path, job, form);
}
await send('/missing', '5', JSON.stringify({ question }), json);
await send('/openai', '6', '{"question":' + JSON.stringify(question), json);
server.close();
provider.close();
await tracer.shutdown();
`;

interface Answer {
  path: string;
  status: number;
  id: string;
}

type Line = Record<string, unknown>;

const isRequest = (line: Line): boolean => line['span.type'] === 'http';

/** Whose fault each failed request is. */
function expectOutcomes(lines: readonly Line[]): void {
  const outcomes = lines
    .filter(isRequest)
    .map((line) => [
      line['http.response.status_code'],
      line['span.status'],
      line['error.type'],
      line['spanline.error.class'],
    ]);
  expect(outcomes).toEqual([
    [401, 'error', 'AuthenticationError', 'auth'],
    [401, 'error', 'AuthenticationError', 'auth'],
    [200, 'ok', undefined, undefined],
    [200, 'ok', undefined, undefined],
    [404, 'ok', undefined, undefined],
    [400, 'ok', undefined, undefined],
  ]);
}

/** Uploads, their steps and their lines belong to their requests. */
function expectUploads(lines: readonly Line[]): void {
  const readers = lines.filter((line) => line['span.name'] === 'readUpload');
  expect(readers.map((line) => [line['http.request.id'], line['user.id'], line['spanline.capture.mode']])).toEqual([
    ['job-3', 'u_17', 'metadata'],
    ['job-4', 'u_17', 'metadata'],
  ]);
  expect(lines.find(({ msg }) => msg === 'busboy is done')).toMatchObject({
    'http.request.id': 'job-4',
    trace_id: readers[1]?.['trace_id'],
  });
  expect(lines.find(({ msg }) => msg === 'multer is done')).toMatchObject({
    app: 'clinic',
    req: { method: 'POST' },
    'http.request.id': 'job-3',
    trace_id: readers[0]?.['trace_id'],
  });
}

function expectNothingPrivate(output: string): void {
  for (const text of Object.values(PRIVATE)) {
    for (const spelling of [text, encodeURIComponent(text), text.toUpperCase(), Buffer.from(text).toString('base64')]) {
      expect(output).not.toContain(spelling);
    }
  }
}

it.each(['before', 'behind'])('a service with pino-http %s ours tells the truth and nothing private', async (order) => {
  const { code, stdout, stderr } = await runChild(PROGRAM, { env: { ORDER: order } });
  const lines = jsonLines(stdout);
  const answers = jsonLines(stderr) as unknown as Answer[];
  expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
  expect(code).toBe(0);
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 200, 200, 404, 400]);
  expectOutcomes(lines);
  const ids = lines.filter(isRequest).map((line) => line['http.request.id']);
  expect(ids).toEqual(['job-1', 'job-2', 'job-3', 'job-4', 'job-5', 'job-6']);
  expect(ids).toEqual(answers.map(({ id }) => id));
  expectUploads(lines);
  expect(lines.filter(({ responseTime }) => responseTime !== undefined)).toHaveLength(6);
  expectNothingPrivate(stdout + stderr);
});
