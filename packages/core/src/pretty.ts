/** The printer of traces. A program that only prints installs `@spanline/pretty`. */
export {
  createPrettyStream,
  type PrettyOutput,
  type PrettyStream,
  type PrettyStreamOptions,
  renderTrace,
  type RenderOptions,
} from '@spanline/pretty';
