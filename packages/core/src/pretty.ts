export {
  createPrettyStream,
  type PrettyOutput,
  type PrettyStream,
  type PrettyStreamOptions,
  renderTrace,
  type RenderOptions,
} from './log/pretty/index.ts';
