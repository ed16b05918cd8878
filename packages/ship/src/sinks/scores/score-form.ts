import type { HttpResponse } from '@spanline/remote';
import type { SendResult, SinkBatch } from '../../contracts/sink.ts';
import type { Score } from './score.ts';

/** How one target takes scores: a JSON request with a list of them. */
export interface ScoreForm {
  /** The request before and after the list. */
  readonly open: string;
  readonly close: string;
  /** @returns `undefined` for a score that the target has no place for */
  encode(score: Score): object | undefined;
  /** The id that the target's answer names a score by. */
  target(score: Score): string;
  interpret(response: HttpResponse, batch: SinkBatch<string>): SendResult;
}
