/** The steps of a trace as a graph: agents, models and tools, and which came after which. */

import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { TraceAnswer } from '../../src/contract/index.ts';
import { formatCount, formatDuration, formatSum } from '../format.ts';
import { addressOf, route } from '../route.ts';
import { fitText } from '../ui/fit-text.ts';
import { curve, layOut, loop, NODE, type Point } from './graph/layout.ts';
import { type GraphEdge, type GraphNode, type StepsGraph, stepsGraph } from './graph/steps-graph.ts';

/** Between the frame of a step and its text. */
const PADDING = 12;
/** That of `.step-name`. */
const NAME_FONT = '600 13px system-ui, sans-serif';

const times = (count: number): string => `${formatCount(count)}×`;

function factsOf(node: GraphNode): string {
  return [times(node.spans.length), formatDuration(node.durationMs), node.costUsd > 0 ? formatSum(node) : '']
    .filter(Boolean)
    .join(' · ');
}

/** A node in words, and where it leads. */
function wordsOf(node: GraphNode, place: number, { nodes, edges }: StepsGraph): string {
  const { type, name, agent, errors } = node;
  const next = edges
    .filter(({ from }) => from === place)
    .map(({ to, count }) => `${nodes[to]?.name ?? ''} ${times(count)}`);
  return [
    `${type} ${name}${agent === undefined ? '' : ` of ${agent}`}`,
    factsOf(node),
    errors === 0 ? '' : `${formatCount(errors)} failed`,
    next.length === 0 ? '' : `then ${next.join(', ')}`,
  ]
    .filter(Boolean)
    .join('; ');
}

/** A step. It leads to its first span, then to the one after the span that is selected. */
function Step({
  place,
  at,
  graph,
  trace,
}: {
  readonly place: number;
  readonly at: Point;
  readonly graph: StepsGraph;
  readonly trace: TraceAnswer;
}) {
  const { id, parameters } = route.value;
  const node = graph.nodes[place];
  if (node === undefined) return null;
  const ids = node.spans.map((index) => trace.spans[index]?.spanId ?? '');
  const selected = ids.indexOf(parameters['span'] ?? '');
  const span = ids[(selected + 1) % ids.length] ?? '';
  const left = at.x - NODE.width / 2;
  return (
    <a
      class={`step t-${node.type}${selected >= 0 ? ' selected' : ''}`}
      href={addressOf({ page: 'trace', id, parameters: { ...parameters, span } })}
      aria-current={selected >= 0 ? 'true' : undefined}
    >
      <title>{wordsOf(node, place, graph)}</title>
      <rect x={left} y={at.y} width={NODE.width} height={NODE.height} rx="7" />
      <text class="step-name" x={left + PADDING} y={at.y + 19}>
        {fitText(node.name, NODE.width - 2 * PADDING, NAME_FONT)}
      </text>
      <text class="step-facts" x={left + PADDING} y={at.y + 36}>
        {node.type} · {factsOf(node)}
        {node.errors > 0 && <tspan class="bad"> · {formatCount(node.errors)} failed</tspan>}
      </text>
    </a>
  );
}

/** An arrow, with the number of times that one step came after another. */
function Edge({
  edge,
  points,
  at,
}: {
  readonly edge: GraphEdge;
  readonly points: readonly Point[];
  readonly at: Point;
}) {
  const isLoop = edge.from === edge.to;
  const last = Math.ceil(points.length / 2);
  const [a = at, b = at] = [points[last - 1], points[last]];
  const label = isLoop
    ? { x: at.x + NODE.width / 2 + 26, y: at.y + NODE.height / 2 + 4 }
    : { x: (a.x + b.x) / 2 + 6, y: (a.y + b.y) / 2 + 4 };
  return (
    <g class="edge">
      <path
        d={isLoop ? loop(at) : curve(points)}
        stroke-width={Math.min(4, 1.2 + Math.log10(edge.count))}
        marker-end="url(#arrow)"
      />
      {edge.count > 1 && (
        <text x={label.x} y={label.y}>
          {times(edge.count)}
        </text>
      )}
    </g>
  );
}

export function GraphView({ trace }: { readonly trace: TraceAnswer }) {
  const graph = useMemo(() => stepsGraph(trace.spans), [trace]);
  const layout = useMemo(() => layOut(graph.nodes.length, graph.edges), [graph]);
  const view = useRef<HTMLElement>(null);
  // A wide graph is opened at its start, not at its left edge.
  useLayoutEffect(() => {
    const [start] = layout.nodes;
    if (view.current !== null && start !== undefined) view.current.scrollLeft = start.x - view.current.clientWidth / 2;
  }, [layout]);
  if (graph.nodes.every(({ type }) => type === 'start')) {
    return (
      <div class="empty">
        <h2>No steps</h2>
        <p>The graph is about agents, models, tools and retrievals. This trace has none.</p>
      </div>
    );
  }
  return (
    <section class="graph scroll" ref={view} tabIndex={0} aria-label="Steps of the trace">
      <svg
        width={layout.width}
        height={layout.height}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        role="group"
        aria-label="Graph"
      >
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0L8 4L0 8z" />
          </marker>
        </defs>
        {graph.edges.map((edge, index) => (
          <Edge
            key={`${edge.from} ${edge.to}`}
            edge={edge}
            points={layout.links[index] ?? []}
            at={layout.nodes[edge.from] ?? { x: 0, y: 0 }}
          />
        ))}
        {graph.nodes.map((_, place) => (
          <Step key={place} place={place} at={layout.nodes[place] ?? { x: 0, y: 0 }} graph={graph} trace={trace} />
        ))}
      </svg>
    </section>
  );
}
