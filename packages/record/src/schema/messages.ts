/** One part of a message, after OpenTelemetry's `gen-ai-input-messages.json`. Additional properties are allowed. */
export type MessagePart =
  | { type: 'text'; content: string }
  | { type: 'reasoning'; content: string }
  | { type: 'tool_call'; id?: string; name: string; arguments?: unknown }
  | { type: 'tool_call_response'; id?: string; response?: unknown }
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
