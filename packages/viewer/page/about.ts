/** What the server says about itself, for all pages. */

import { signal } from '@preact/signals';
import type { AboutAnswer } from '../src/contract/index.ts';

export const about = signal<AboutAnswer | undefined>(undefined);
