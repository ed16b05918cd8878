/** A step of a decision chain: what it got, what it gave, how it went wrong. */

import { type ComponentChildren, Fragment } from 'preact';
import type { StepContent, StepRow } from '../../src/contract/index.ts';
import { formatCount, formatDuration } from '../format.ts';
import { addressOf, route } from '../route.ts';
import { Message } from '../span/conversation.tsx';
import { LongText } from '../ui/long-text.tsx';

function Content({ content }: { readonly content: StepContent }) {
  if (content.kind === 'text') return <LongText text={content.text} path="" mono />;
  if (content.kind === 'messages')
    return (
      <>
        {content.more > 0 && <p class="note">{formatCount(content.more)} messages before</p>}
        {content.messages.map((message, index) => (
          <Message key={index} message={message} path="" />
        ))}
      </>
    );
  return (
    <>
      {content.documents.length === 0 && <p class="note">no documents</p>}
      {content.documents.map(({ id, score, text }, index) => (
        <div key={index} class="document">
          <p class="part-name">
            <span class="mono">{id ?? `document ${index + 1}`}</span>
            {score !== undefined && <span class="note"> {score}</span>}
          </p>
          <LongText text={text} path="" />
        </div>
      ))}
      {content.more > 0 && <p class="note">{formatCount(content.more)} more documents</p>}
    </>
  );
}

interface LinkProps {
  readonly spanId: string;
  /** The trace, if it is another one. */
  readonly other?: string | undefined;
  readonly children: ComponentChildren;
}

/** A link to the span of a step. */
export function StepLink({ spanId, other, children }: LinkProps) {
  const { id, parameters } = route.value;
  const kept = other === undefined ? parameters : { view: 'chain' };
  return <a href={addressOf({ page: 'trace', id: other ?? id, parameters: { ...kept, span: spanId } })}>{children}</a>;
}

const replaced = (count: number): string =>
  count === 1 ? '1 value was replaced by a placeholder' : `${formatCount(count)} values were replaced by placeholders`;

interface Props {
  readonly step: StepRow;
  /** Words behind its name. */
  readonly note?: string;
  /** Its trace, if it is another one. */
  readonly other?: string;
}

export function StepCard({ step, note = '', other }: Props) {
  const { number, spanId, name, type, atMs, durationMs, got, gave, inputs, problem, missing, redactions } = step;
  const classes = ['turn', 'chain-step', problem === undefined ? '' : 'failed'];
  if (other === undefined && route.value.parameters['span'] === spanId) classes.push('selected');
  const times = [
    atMs === undefined ? '' : `at ${formatDuration(atMs)}`,
    durationMs === undefined ? '' : formatDuration(durationMs),
  ];
  const facts: readonly (readonly [name: string, value: ComponentChildren])[] = [
    ...(inputs.length === 0 ? [] : [['with', inputs.join(', ')] as const]),
    ...(got === undefined ? [] : [['got', <Content content={got} />] as const]),
    ...(gave === undefined ? [] : [['gave', <Content content={gave} />] as const]),
    ...(problem === undefined ? [] : [['failed', problem] as const]),
    ...missing.map((reason) => ['missing', reason] as const),
    ...(redactions === undefined ? [] : [['redacted', replaced(redactions)] as const]),
  ];
  return (
    <div class={classes.filter(Boolean).join(' ')}>
      <h3>
        {number} <span class={`type t-${type}`}>{type}</span>{' '}
        <StepLink spanId={spanId} other={other}>
          {name}
        </StepLink>
        <span class="note">{[...times, note].filter(Boolean).map((text) => ` · ${text}`)}</span>
      </h3>
      <dl>
        {facts.map(([name, value], index) => (
          <Fragment key={index}>
            <dt>{name}</dt>
            <dd class={name === 'failed' ? 'fault' : undefined}>{value}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}
