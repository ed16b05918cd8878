import { option, type Shape } from '@spanline/record';

/** Options that all engines have. */
export interface RenderOptions {
  /**
   * Name of the objects that belong together. Dashboards of several services have a name each.
   *
   * @defaultValue `spanline`
   */
  readonly set?: string;
  /** Search that narrows every panel, in the engine's own language. @defaultValue every line */
  readonly filter?: string;
}

export const RENDER_OPTIONS: Shape<RenderOptions> = { set: option.string(), filter: option.string() };
