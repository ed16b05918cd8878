import { GoogleGenAI } from '@google/genai';
import { GoogleGenAI as GoogleGenAI2 } from 'google-genai-2';

/** The client's class by version, under the types of the one that the workspace is typed with. */
export const VERSIONS: Readonly<Record<string, typeof GoogleGenAI>> = {
  '@google/genai 2': GoogleGenAI2 as unknown as typeof GoogleGenAI,
  '@google/genai 3': GoogleGenAI,
};
