/** The parts of Kibana, Grafana and OpenSearch that keep alert rules, as their APIs are documented. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

type Body = Record<string, unknown>;
type Answer = readonly [status: number, body: unknown];

/** A server that keeps rules. */
interface RuleServer {
  /** Rules by the id that the server gave them. */
  readonly rules: Map<string, Body>;
  /** Value of the header `authorization` that it demands. */
  readonly authorization: string;
  answer(method: string, url: URL, body: Body): Answer;
}

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

/** Members that a request may have. Kibana refuses any other. */
const KIBANA_MEMBERS = ['name', 'tags', 'schedule', 'params', 'actions', 'enabled', 'throttle', 'notify_when'];
const KIBANA_ACTION = ['id', 'group', 'params', 'frequency', 'uuid', 'alerts_filter', 'use_alert_data_for_template'];

function kibana(): RuleServer {
  const rules = new Map<string, Body>();
  const unknown = (body: Body, known: readonly string[]): string[] =>
    Object.keys(body).filter((name) => !known.includes(name));
  function answer(method: string, url: URL, body: Body): Answer {
    const [, space, path] = /^(?:\/s\/(\w+))?\/api\/alerting\/(.*)$/.exec(url.pathname) ?? [];
    if (space !== 'llm') return [404, { message: 'no such space' }];
    if (path === 'rules/_find') {
      const [page, size] = [Number(url.searchParams.get('page')), Number(url.searchParams.get('per_page'))];
      const tagged = [...rules].filter(([, { tags }]) => (tags as string[]).includes('spanline'));
      const data = tagged.slice((page - 1) * size, page * size).map(([id, rule]) => ({ id, ...rule }));
      return [200, { page, per_page: size, total: tagged.length, data }];
    }
    const id = path?.split('/')[1] ?? `id-${rules.size}`;
    if (method === 'DELETE') return [rules.delete(id) ? 204 : 404, {}];
    const created = method === 'POST' ? ['rule_type_id', 'consumer'] : [];
    const actions = (body['actions'] as Body[] | undefined) ?? [];
    const wrong = [
      ...unknown(body, [...KIBANA_MEMBERS, ...created]),
      ...actions.flatMap((one) => unknown(one, KIBANA_ACTION)),
    ];
    if (wrong.length > 0) return [400, { message: `[request body.${wrong[0]}]: definition for this key is missing` }];
    const shown = actions.map((one) => ({ connector_type_id: '.slack', ...one }));
    rules.set(id, { enabled: true, revision: 0, ...rules.get(id), ...body, actions: shown });
    return [200, { id, ...rules.get(id) }];
  }
  return { rules, authorization: 'ApiKey a-key-of-kibana', answer };
}

function grafana(): RuleServer {
  const rules = new Map<string, Body>();
  const folders = new Set<string>();
  function answer(method: string, url: URL, body: Body): Answer {
    const [, root, id = ''] =
      /^\/api\/(folders|v1\/provisioning\/alert-rules)(?:\/([\w-]+))?$/.exec(url.pathname) ?? [];
    if (root === 'folders') {
      if (method === 'POST') folders.add(String(body['uid']));
      return folders.has(id) || method === 'POST' ? [200, { uid: id }] : [404, { message: 'folder not found' }];
    }
    if (root === undefined) return [404, { message: 'Not found' }];
    if (method === 'GET') return [200, [...rules.values()]];
    if (method === 'DELETE') return [rules.delete(id) ? 204 : 404, {}];
    if (!folders.has(String(body['folderUID']))) return [400, { message: 'folder does not exist' }];
    if (method === 'PUT' && !rules.has(id)) return [404, { message: 'rule not found' }];
    const uid = id === '' ? `uid${rules.size}` : id;
    const data = (body['data'] as { model: Body }[]).map((query) => ({
      ...query,
      queryType: '',
      model: { intervalMs: 1000, maxDataPoints: 43_200, ...query.model },
    }));
    rules.set(uid, { ...body, id: rules.size, uid, orgID: 5, data, provenance: 'api', isPaused: false });
    return [method === 'POST' ? 201 : 200, rules.get(uid)];
  }
  return { rules, authorization: 'Bearer a-token-of-grafana', answer };
}

/** OpenSearch stores the parsed search, with the defaults of every part. */
const parsed = (search: unknown): unknown =>
  JSON.parse(
    JSON.stringify(search).replaceAll('"aggs"', '"aggregations"').replaceAll('"gte"', '"include_lower":true,"from"'),
  );

function opensearch(): RuleServer {
  const rules = new Map<string, Body>();
  const stored = (body: Body): Body => ({
    ...body,
    inputs: parsed(body['inputs']),
    last_update_time: 1,
    schema_version: 8,
    triggers: (body['triggers'] as { query_level_trigger: Body }[]).map(({ query_level_trigger: trigger }) => ({
      query_level_trigger: { id: `trigger-of-${String(trigger['name'])}`, ...trigger },
    })),
  });
  function answer(method: string, url: URL, body: Body): Answer {
    const [, path] = /^\/_plugins\/_alerting\/monitors\/?(.*)$/.exec(url.pathname) ?? [];
    if (path === '_search') {
      if (rules.size === 0)
        return [404, { error: { type: 'alerting_exception', reason: 'Configured indices are not found' } }];
      const hits = [...rules].map(([_id, _source]) => ({ _id, _source }));
      return [200, { hits: { total: { value: hits.length, relation: 'eq' }, hits } }];
    }
    if (path === undefined) return [404, {}];
    if (method === 'DELETE') return [rules.delete(path) ? 200 : 404, {}];
    const id = path === '' ? `monitor-${rules.size}` : path;
    rules.set(id, stored(body));
    return [method === 'POST' ? 201 : 200, { _id: id, monitor: rules.get(id) }];
  }
  return { rules, authorization: basic('admin:a-password'), answer };
}

const SERVERS = { kibana, grafana, opensearch };

/** Starts a server. `writes` has the methods of the requests that changed something. */
export async function startRuleServer(
  name: keyof typeof SERVERS,
): Promise<{ rules: Map<string, Body>; writes: string[]; url: string }> {
  const { rules, authorization, answer } = SERVERS[name]();
  const writes: string[] = [];
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
    const url = new URL(request.url ?? '', 'http://x');
    const method = request.method ?? '';
    if (method !== 'GET' && !url.pathname.endsWith('/_search')) writes.push(method);
    const isKnown = request.headers.authorization === authorization;
    const [status, body] = isKnown
      ? answer(method, url, text === '' ? {} : (JSON.parse(text) as Body))
      : ([401, { message: `Unauthorized ${String(request.headers.authorization)}` }] as const);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(status === 204 ? undefined : JSON.stringify(body));
  }
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return { rules, writes, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
