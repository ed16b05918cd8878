/** Texts as points: near texts are near points. A line around some of them leads to their traces. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import { MAP_TEXTS, type MapAnswer } from '../../src/contract/index.ts';
import { formatCount, formatScore } from '../format.ts';
import { addressOf, change, route, scope } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { groupColor, MapCanvas } from './map-canvas.tsx';

/** Traces of a filter: an address has room for so many. */
const MAX_TRACES = 150;
/** Texts that are listed. */
const MAX_LISTED = 100;

function Chosen({ map, chosen }: { readonly map: MapAnswer; readonly chosen: readonly number[] }) {
  const points = chosen.flatMap((index) => map.points[index] ?? []);
  const traceIds = [...new Set(points.map(({ traceId }) => traceId))];
  const filter = traceIds
    .slice(0, MAX_TRACES)
    .map((id) => `trace:${id}`)
    .join(' OR ');
  const count = Math.min(traceIds.length, MAX_TRACES);
  return (
    <>
      <p role="status">
        {formatCount(points.length)} texts{' '}
        <a href={addressOf({ page: 'traces', parameters: { ...scope(), filter } })}>
          {count === traceIds.length ? '' : 'the first '}
          {formatCount(count)} {count === 1 ? 'trace' : 'traces'}
        </a>
      </p>
      <ul class="map-texts" tabIndex={0} aria-label="Chosen texts">
        {points.slice(0, MAX_LISTED).map(({ text, traceId, spanId, score }, index) => (
          <li key={index}>
            {score !== undefined && <span class="mark">{formatScore(score)}</span>}
            <a href={addressOf({ page: 'trace', id: traceId, parameters: { ...scope(), span: spanId } })}>{text}</a>
          </li>
        ))}
      </ul>
    </>
  );
}

function Side({
  map,
  chosen,
  onChoose,
}: {
  map: MapAnswer;
  chosen: readonly number[];
  onChoose: (points: readonly number[]) => void;
}) {
  const own = (cluster: number): number[] =>
    map.points.flatMap((point, index) => (point.cluster === cluster ? [index] : []));
  return (
    <aside class="map-side" aria-label="Groups and chosen texts">
      <ul class="map-groups">
        {map.clusters.map(({ label, count }, index) => (
          <li key={index}>
            <button type="button" class="quiet" onClick={() => onChoose(own(index))}>
              <span class="swatch" style={{ background: groupColor(index) }} />
              {label === '' ? '(no words)' : label} <span class="note">{formatCount(count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {chosen.length === 0 ? (
        <p class="note">Draw a line around points, or choose a group.</p>
      ) : (
        <Chosen map={map} chosen={chosen} />
      )}
    </aside>
  );
}

export function MapPage() {
  const of = route.value.parameters['of'] || 'queries';
  const { answer: map, fault } = useAnswer<MapAnswer>('map', { ...scope(), of });
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [byScore, setByScore] = useState(false);
  useEffect(() => setChosen([]), [map]);
  const isChosen = useMemo(() => new Set(chosen), [chosen]);
  return (
    <main class="page">
      <h1 class="unseen">Map</h1>
      <div class="bar-line">
        <p class="summary" role="status">
          {map === undefined ? 'Reading…' : `${formatCount(map.points.length)} texts`}
          {map !== undefined && map.more > 0 && `, the newest of ${formatCount(map.points.length + map.more)}`}
          {map !== undefined && (map.by === 'words' ? ' · near texts have words in common' : ' · vectors of --embed')}
        </p>
        <label class="note">
          Texts{' '}
          <select value={of} onChange={(event) => change({ of: event.currentTarget.value })}>
            {MAP_TEXTS.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="quiet" aria-pressed={byScore} onClick={() => setByScore(!byScore)}>
          Colour by score
        </button>
      </div>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault.message}
        </p>
      )}
      {map !== undefined && map.points.length === 0 && (
        <div class="empty">
          <h2>No texts</h2>
          <p>No span that passes this filter has {of}. Content is in the log if capture is on.</p>
        </div>
      )}
      {map !== undefined && map.points.length > 0 && (
        <div class="map">
          <MapCanvas map={map} byScore={byScore} chosen={isChosen} onChoose={setChosen} />
          <Side map={map} chosen={chosen} onChoose={setChosen} />
        </div>
      )}
    </main>
  );
}
