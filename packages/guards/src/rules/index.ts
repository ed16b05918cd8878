export { detectors, type DetectorsOptions } from './detectors.ts';
export { evaluator, type EvaluatorInput, type EvaluatorOptions } from './evaluator.ts';
export { JsonMatcher } from './json-reading.ts';
export { literals, type LiteralsOptions } from './literals.ts';
export { pattern, type PatternOptions } from './pattern.ts';
export { type Found, isPromise, type MatchContext, type Matcher, type Rule, type Step } from './rule.ts';
export { Verdicts } from './verdicts.ts';
