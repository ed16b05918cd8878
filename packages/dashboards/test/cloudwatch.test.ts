import { describe, expect, it } from 'vitest';
import { cloudwatchDashboard, PANELS } from '@spanline/dashboards';

interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, string>>;
}

const widgetsOf = (filter?: string): Widget[] => {
  const { body } = cloudwatchDashboard({
    logGroup: '/rag-api/llm',
    region: 'eu-central-1',
    ...(filter === undefined ? {} : { filter }),
  });
  return (body['DashboardBody'] as { widgets: Widget[] }).widgets;
};
const logs = (filter?: string): Widget[] => widgetsOf(filter).filter(({ type }) => type === 'log');
const queryOf = (title: string): string =>
  logs().find(({ properties }) => properties['title'] === title)?.properties['query'] ?? '';

/** The documented limits of a dashboard's body. */
function problemsOf({ type, x, y, width, height, properties }: Widget): string[] {
  const members = type === 'text' ? ['markdown'] : ['region', 'title', 'view', 'query'];
  return [
    ...(x >= 0 && width >= 1 && x + width <= 24 ? [] : ['x']),
    ...(y >= 0 && height >= 1 && height <= 1000 ? [] : ['y']),
    ...(Object.keys(properties).toSorted().join() === members.toSorted().join() ? [] : ['properties']),
    ...(type === 'text' || ['timeSeries', 'table'].includes(properties['view'] ?? '') ? [] : ['view']),
    ...((properties['query'] ?? '').length <= 10_000 ? [] : ['query']),
  ];
}

describe('cloudwatchDashboard()', () => {
  it('keeps to the documented form of a body, and no widget lies on another', () => {
    const widgets = widgetsOf();
    expect(widgets.flatMap(problemsOf)).toEqual([]);
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, cell) => `${x + (cell % width)},${y + Math.floor(cell / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('has every panel, and a widget more where metrics need different filters', () => {
    const titles = logs().map(({ properties }) => properties['title']);
    expect(titles.length).toBeGreaterThanOrEqual(PANELS.length);
    expect(PANELS.filter(({ title }) => !titles.includes(title))).toEqual([]);
    expect(titles).toContain('Refused for the rate limit, Time-outs');
  });

  it('filters by what all metrics of a widget have in common, and counts the rest by flags', () => {
    expect(queryOf('Duration of requests')).toBe(
      `SOURCE '/rag-api/llm'
| filter event.name = "span.end" and (not ispresent(parent_span_id) or ispresent(spanline.rollup.spans))
| stats pct(duration_ms, 50) as latency_p50_ms, pct(duration_ms, 95) as latency_p95_ms, pct(duration_ms, 99) as latency_p99_ms by bin(1h)`,
    );
    expect(queryOf('Tokens per request')).toBe(
      `SOURCE '/rag-api/llm'
| filter event.name = "span.end"
| fields (span.type in ["llm", "embedding"]) as is_1, ((not ispresent(parent_span_id) or ispresent(spanline.rollup.spans))) as is_2
| stats (sum(is_1 * gen_ai.usage.input_tokens) + sum(is_1 * gen_ai.usage.output_tokens)) / sum(is_2) as tokens_per_request by bin(1h)`,
    );
  });

  it('narrows every query, and refuses names that would end a string', () => {
    const queries = logs('service.name = "rag-api"').map(({ properties }) => properties['query'] ?? '');
    const start = `SOURCE '/rag-api/llm'\n| filter service.name = "rag-api"\n| filter `;
    expect(queries.filter((query) => !query.startsWith(start))).toEqual([]);
    expect(() => cloudwatchDashboard({ logGroup: "x' | y", region: 'eu-central-1' })).toThrow(/log group/);
    expect(() => cloudwatchDashboard({ logGroup: 'x', region: 'evil.example.com#' })).toThrow(/region/);
  });
});
