/** Answers of Gemini: whole, or the chunks of a stream. */
import { list, props } from '@spanline/record';
import type { Path, Reading, Shape } from '../gate/shape.ts';
import { type Fields, idText, Texts } from './fields.ts';

const ANSWER: Fields = {
  candidates: 'skip',
  promptFeedback: 'each',
  modelStatus: 'each',
  modelVersion: 'skip',
  responseId: 'skip',
  createTime: 'skip',
  usageMetadata: 'skip',
};
const CANDIDATE: Fields = {
  content: 'skip',
  citationMetadata: 'each',
  groundingMetadata: 'each',
  groundingAttributions: 'each',
  urlContextMetadata: 'each',
  finishMessage: 'each',
  finishReason: 'skip',
  safetyRatings: 'skip',
  logprobsResult: 'skip',
  continuationToken: 'skip',
};
const PART: Fields = {
  text: 'text',
  codeExecutionResult: 'each',
  executableCode: 'each',
  functionResponse: 'each',
  toolCall: 'each',
  toolResponse: 'each',
  audioTranscription: 'each',
  functionCall: 'skip',
  inlineData: 'skip',
  fileData: 'skip',
  videoMetadata: 'skip',
  mediaResolution: 'skip',
  mediaProcessing: 'skip',
  speechMetadata: 'skip',
  thoughtSignature: 'skip',
};

/** Texts of one candidate are pieces of one text. Its thoughts are another one. */
function readPart(part: unknown, path: Path, channel: string, texts: Texts): void {
  const { thought, functionCall } = props(part);
  texts.fields(part, path, PART, () => `${channel}.${thought === true ? 'thought' : 'text'}`);
  const { args, partialArgs } = props(functionCall);
  texts.value(args, [...path, 'functionCall', 'args']);
  for (const [at, partial] of list(partialArgs).entries()) {
    const { stringValue, jsonPath } = props(partial);
    const place = [...path, 'functionCall', 'partialArgs', at, 'stringValue'];
    texts.whole(stringValue, place, `${channel}.args.${idText(jsonPath)}`);
  }
}

/** Creates the shape of one answer. */
export function geminiShape(): Shape<unknown> {
  return {
    read(answer): Reading {
      const texts = new Texts();
      texts.fields(answer, [], ANSWER);
      for (const [at, candidate] of list(props(answer)['candidates']).entries()) {
        const { content, index = at } = props(candidate);
        texts.fields(candidate, ['candidates', at], CANDIDATE);
        for (const [place, part] of list(props(content)['parts']).entries())
          readPart(part, ['candidates', at, 'content', 'parts', place], idText(index), texts);
      }
      return { slots: texts.slots, unmapped: texts.unmapped };
    },
    stopped(answer, replacement) {
      const { candidates, ...frame } = props(answer);
      const given = list(candidates).map(props);
      const isFrame = given.length === 0 || given.some(({ finishReason }) => finishReason !== undefined);
      if (replacement === undefined && !isFrame) return { chunks: [], isShown: false };
      // A chat keeps an answer without parts out of its history.
      const parts = [{ text: replacement ?? '' }];
      const rest = given.map(({ index, finishReason, safetyRatings, tokenCount }) => ({
        content: { role: 'model', parts },
        ...Object.fromEntries(
          Object.entries({ index, finishReason, safetyRatings, tokenCount }).filter(([, value]) => value !== undefined),
        ),
      }));
      const chunk = candidates === undefined ? frame : { ...frame, candidates: rest };
      return { chunks: [chunk], isShown: replacement !== undefined && rest.length > 0 };
    },
  };
}
