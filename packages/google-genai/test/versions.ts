import { GoogleGenAI, mcpToTool } from '@google/genai';
import { GoogleGenAI as GoogleGenAI2, mcpToTool as mcpToTool2 } from 'google-genai-2';

/** The client's class by version, under the types of the one that the workspace is typed with. */
export const VERSIONS: Readonly<Record<string, typeof GoogleGenAI>> = {
  '@google/genai 2': GoogleGenAI2 as unknown as typeof GoogleGenAI,
  '@google/genai 3': GoogleGenAI,
};

/** Makes tools of MCP servers, by version. */
export const MCP_TO_TOOL: Readonly<Record<string, typeof mcpToTool>> = {
  '@google/genai 2': mcpToTool2 as unknown as typeof mcpToTool,
  '@google/genai 3': mcpToTool,
};
