/** The decision chain of a trace: its steps, the one that failed first, and where a second trace parts from it. */

import type { ChainAnswer, FailedStep, StepDifference, TraceAnswer } from '../../src/contract/index.ts';
import { isFile } from '../ask.ts';
import { formatCount } from '../format.ts';
import { change, route } from '../route.ts';
import { useAnswer } from '../use-answer.ts';
import { PAGE, pageOffset, PageTurner } from './page-turner.tsx';
import { StepCard, StepLink } from './step-card.tsx';

const WHAT: Readonly<Record<StepDifference['what'], string>> = {
  missing: 'only this trace has it',
  added: 'only the other trace has it',
  got: 'it got something else',
  gave: 'it got the same and gave something else',
  ended: 'it got the same and ended otherwise',
};

function Failed({ failed: { step, ended, sources } }: { readonly failed: FailedStep }) {
  return (
    <div class="chain-failed" role="note">
      <p>
        <strong>Failed first:</strong> step {step.number},{' '}
        <StepLink spanId={step.spanId}>
          {step.type} {step.name}
        </StepLink>
        : {step.problem}. {ended === 'ok' ? 'The request went on without it.' : `The request ended with it (${ended}).`}
      </p>
      {sources.map(({ number, spanId, name, pieces, of }) => (
        <p key={number}>
          Its input came from step {number}, <StepLink spanId={spanId}>{name}</StepLink>: {pieces} of {of}{' '}
          {of === 1 ? 'piece' : 'pieces'}.
        </p>
      ))}
    </div>
  );
}

function Differences({ answer, other }: { readonly answer: ChainAnswer; readonly other: string }) {
  const { differences = [], differing = 0, total } = answer;
  if (differences.length === 0)
    return (
      <p class="summary" role="status">
        The traces are alike: {formatCount(total)} steps got, gave and ended the same.
      </p>
    );
  return (
    <>
      {differences.map(({ what, before, after }, index) => (
        <section key={index} class="chain-difference">
          <h3>
            {index === 0 ? 'They part at ' : ''}step {(before ?? after)?.number}, {(before ?? after)?.name}:{' '}
            {WHAT[what]}
          </h3>
          {before !== undefined && <StepCard step={before} note="this trace" />}
          {after !== undefined && <StepCard step={after} note="the other trace" other={other} />}
        </section>
      ))}
      {differing > differences.length && (
        <p class="note">{formatCount(differing - differences.length)} further steps differ.</p>
      )}
    </>
  );
}

/** Asks for the id of a second trace. */
function Second({ other }: { readonly other: string }) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const given = new FormData(event.currentTarget).get('with');
        change({ with: typeof given === 'string' ? given.trim() : '', at: '' });
      }}
    >
      <label>
        Compare with trace <input key={other} name="with" value={other} size={16} spellcheck={false} />
      </label>{' '}
      <button type="submit">Compare</button>{' '}
      {other !== '' && (
        <button type="button" class="quiet" onClick={() => change({ with: '', at: '' })}>
          All steps
        </button>
      )}
    </form>
  );
}

export function ChainView({ trace, revision }: { readonly trace: TraceAnswer; readonly revision: number }) {
  const { parameters } = route.value;
  const other = isFile() ? '' : (parameters['with'] ?? '');
  const path = `trace/${encodeURIComponent(trace.id)}/chain`;
  const asked = { offset: String(pageOffset()), limit: String(PAGE), with: other };
  const { answer, fault } = useAnswer<ChainAnswer>(path, asked, revision);
  const bar = !isFile() && <Second other={other} />;
  if (fault !== undefined)
    return (
      <section class="transcript">
        <div class="bar-line">{bar}</div>
        <p class="fault" role="alert">
          {fault.status === 404 ? `No line has the id ${other}.` : fault.message}
        </p>
      </section>
    );
  if (answer === undefined) return <p class="summary">Reading…</p>;
  const { steps, offset, total, failed, differences } = answer;
  return (
    <section class="transcript">
      <h2 class="unseen">Chain</h2>
      <div class="bar-line">
        <PageTurner
          unit="Steps"
          offset={offset}
          count={steps.length}
          total={total}
          canMove={differences === undefined}
        />
        {bar}
      </div>
      <div key={offset} class="scroll" tabIndex={0} role="region" aria-label="Steps of the trace">
        {differences !== undefined && <Differences answer={answer} other={other} />}
        {differences === undefined && failed !== undefined && <Failed failed={failed} />}
        {differences === undefined &&
          steps.map((step) => (
            <StepCard key={step.number} step={step} note={failed?.step.number === step.number ? 'failed first' : ''} />
          ))}
      </div>
    </section>
  );
}
