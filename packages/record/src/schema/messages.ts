/** Details of a tool that the provider runs itself. Their fields are the provider's own. */
export interface ServerToolDetails {
  /** The tool: `web_search`, `code_interpreter`, `mcp`. */
  type: string;
  [key: string]: unknown;
}

/**
 * One part of a message, after OpenTelemetry's `gen-ai-input-messages.json`. Additional properties are allowed: these
 * are ours where the conventions have none.
 *
 * - `citations`: the sources that a text rests on, in the provider's words
 * - `is_error`: the tool failed
 * - `redacted`: the provider does not show the thought
 */
export type MessagePart =
  | { type: 'text'; content: string; citations?: readonly unknown[] }
  | { type: 'reasoning'; content: string; redacted?: true }
  | { type: 'tool_call'; id?: string; name: string; arguments?: unknown }
  | { type: 'tool_call_response'; id?: string; response?: unknown; is_error?: true }
  | { type: 'server_tool_call'; id?: string; name: string; server_tool_call: ServerToolDetails }
  | {
      type: 'server_tool_call_response';
      id?: string;
      server_tool_call_response: ServerToolDetails;
      is_error?: true;
    }
  | { type: 'blob'; modality: string; mime_type?: string; content: string }
  | { type: 'uri'; modality: string; uri: string }
  | { type: 'file'; modality: string; file_id: string }
  | { type: string; [key: string]: unknown };

/** A chat message in OpenTelemetry's shape. */
export interface Message {
  /** `system`, `user`, `assistant`, `tool`, or the provider's own name. */
  role: string;
  parts: MessagePart[];
  name?: string;
  finish_reason?: string;
}

/** A document that a retriever returned. `content` and `metadata` are content, `id` and `score` are facts. */
export interface RetrievedDocument {
  id?: string;
  score?: number;
  content?: string;
  metadata?: Record<string, unknown>;
}

/** A tool that was offered to a model. */
export interface ToolDefinition {
  type?: string;
  name: string;
  description?: string;
  parameters?: unknown;
}
