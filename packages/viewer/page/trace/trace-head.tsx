/** The head of a trace: its id, its figures, and its views. */

import type { TraceAnswer } from '../../src/contract/index.ts';
import { isFile } from '../ask.ts';
import { formatCount, formatDuration, formatSum, formatTime, formatTokens } from '../format.ts';
import { addressOf, route, scope } from '../route.ts';
import { Copy } from '../ui/copy.tsx';
import { type TraceView, VIEWS } from './views.ts';

/** Links to the views. The span that is selected stays. */
function Views({ view }: { readonly view: TraceView }) {
  const { id, parameters } = route.value;
  return (
    <nav class="views" aria-label="Views of the trace">
      {VIEWS.map(({ name, title }, index) => (
        <a
          key={name}
          href={addressOf({
            page: 'trace',
            id,
            parameters: { ...parameters, view: index === 0 ? '' : name, at: '', with: '' },
          })}
          aria-current={name === view ? 'page' : undefined}
        >
          {title} <kbd aria-hidden="true">{index + 1}</kbd>
        </a>
      ))}
    </nav>
  );
}

export function TraceHead({ trace, view }: { readonly trace: TraceAnswer; readonly view: TraceView }) {
  const [first] = trace.spans;
  const figures: readonly (readonly [string, string])[] = [
    ['Start', formatTime(trace.startMs)],
    ['Duration', formatDuration(trace.durationMs)],
    ['Spans', formatCount(trace.spans.length)],
    ['Errors', trace.errors === 0 ? '' : String(trace.errors)],
    ['Tokens', trace.inputTokens + trace.outputTokens === 0 ? '' : formatTokens(trace.inputTokens, trace.outputTokens)],
    ['Cost', formatSum(trace)],
    ['Request', trace.requestId ?? ''],
    ['Session', trace.sessionId ?? ''],
    ['User', trace.userId ?? ''],
    [trace.services.length > 1 ? 'Services' : 'Service', trace.services.join(', ')],
  ];
  return (
    <header class="trace-head">
      <p class="crumbs">
        {!isFile() && (
          <>
            <a href={addressOf({ page: 'traces', parameters: scope() })}>Traces</a> /{' '}
          </>
        )}
        <span class="mono">{trace.id}</span> <Copy label="Copy id" text={() => trace.id} />
      </p>
      <h1 title={first?.name}>{first?.name ?? '(no span)'}</h1>
      <dl class="figures">
        {figures
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name} class={name === 'Errors' ? 'figure bad' : 'figure'}>
              <dt>{name}</dt>
              <dd title={value}>{value}</dd>
            </div>
          ))}
      </dl>
      <Views view={view} />
      {trace.isCut === true && <p class="fault">This is the start of the trace: it has more lines than are shown.</p>}
    </header>
  );
}
