import type { AttributeRows } from './row.ts';

// Attributes of the other steps: prompts, retrieval, embeddings, tools and agents.

/** Prompt. */
export const PROMPT = {
  'gen_ai.prompt.name': { kind: 'string', privacy: 'personal', settable: true, docs: 'Name of the prompt.' },
  'gen_ai.prompt.version': { kind: 'string', privacy: 'protected', settable: true, docs: 'Version of the prompt.' },
  'spanline.prompt.template_sha256': { kind: 'string', privacy: 'protected', settable: true, docs: 'SHA-256 of the template. It distinguishes versions in every capture mode.' },
} as const satisfies AttributeRows;

/** Retrieval. */
export const RETRIEVAL = {
  'gen_ai.data_source.id': { kind: 'string', privacy: 'personal', settable: true, docs: 'Index or collection that was searched.' },
  'gen_ai.retrieval.top_k': { kind: 'int', privacy: 'protected', settable: true, docs: 'Number of documents that were asked for.' },
  'spanline.retrieval.count': { kind: 'int', privacy: 'protected', settable: true, docs: 'Documents that were returned.' },
  'spanline.retrieval.score_min': { kind: 'double', privacy: 'protected', settable: true, docs: 'Lowest score.' },
  'spanline.retrieval.score_max': { kind: 'double', privacy: 'protected', settable: true, docs: 'Highest score.' },
  'spanline.retrieval.empty': { kind: 'boolean', privacy: 'protected', settable: true, docs: 'Nothing was found.' },
  'spanline.rerank.input_count': { kind: 'int', privacy: 'protected', settable: true, docs: 'Documents that were given to the reranker.' },
} as const satisfies AttributeRows;

/** Embeddings. */
export const EMBEDDINGS = {
  'gen_ai.embeddings.dimension.count': { kind: 'int', privacy: 'protected', settable: true, docs: 'Dimensions of the vectors. Vectors are never written.' },
  'spanline.embeddings.input_count': { kind: 'int', privacy: 'protected', settable: true, docs: 'Texts that were embedded.' },
} as const satisfies AttributeRows;

/** Tools and agents. */
export const TOOLS_AND_AGENTS = {
  'gen_ai.tool.name': { kind: 'string', privacy: 'personal', settable: true, docs: 'Name of the tool.' },
  'gen_ai.tool.type': { kind: 'string', privacy: 'protected', settable: true, docs: 'Type of the tool: `function`, `extension`, `datastore`.' },
  'gen_ai.tool.call.id': { kind: 'string', privacy: 'protected', settable: true, docs: 'Id of the call.' },
  'gen_ai.tool.description': { kind: 'string', privacy: 'personal', settable: true, docs: 'Description of the tool.' },
  'gen_ai.agent.id': { kind: 'string', privacy: 'protected', settable: true, docs: 'Id of the agent.' },
  'gen_ai.agent.name': { kind: 'string', privacy: 'personal', settable: true, docs: 'Name of the agent; on model calls and tools, of the innermost agent around them.' },
  'gen_ai.agent.description': { kind: 'string', privacy: 'personal', settable: true, docs: 'Description of the agent.' },
  'gen_ai.agent.version': { kind: 'string', privacy: 'personal', settable: true, docs: 'Version of the agent.' },
  'db.system.name': { kind: 'string', privacy: 'protected', settable: true, docs: 'Product of the database: `postgresql`, `pinecone`.' },
  'db.namespace': { kind: 'string', privacy: 'personal', settable: true, docs: 'Database, schema or index inside of the server.' },
  'db.collection.name': { kind: 'string', privacy: 'personal', settable: true, docs: 'Table or collection.' },
  'db.operation.name': { kind: 'string', privacy: 'protected', settable: true, docs: 'Operation: `SELECT`, `query`.' },
  'db.response.returned_rows': { kind: 'int', privacy: 'protected', settable: true, docs: 'Rows that a query returned.' },
  'spanline.search.results': { kind: 'int', privacy: 'protected', settable: true, docs: 'Results that a search returned.' },
  'spanline.guardrail.name': { kind: 'string', privacy: 'personal', settable: true, docs: 'Name of the guardrail.' },
  'spanline.guardrail.action': { kind: 'string', privacy: 'protected', settable: true, docs: 'Action of the guardrail: `pass`, `block`, `redact`, `flag`.' },
  'spanline.guardrail.rule': { kind: 'string', privacy: 'personal', settable: true, docs: 'Rule that found something first, or that failed.' },
  'spanline.guardrail.stage': { kind: 'string', privacy: 'protected', settable: true, docs: 'Text that was read: `input`, `output`, `tool_call`, `tool_result`.' },
  'spanline.guardrail.matches': { kind: 'int', privacy: 'protected', settable: true, docs: 'Places that were found.' },
  'spanline.guardrail.characters': { kind: 'int', privacy: 'protected', settable: true, docs: 'Characters that were read.' },
  'spanline.guardrail.fail_mode': { kind: 'string', privacy: 'protected', settable: true, docs: 'Verdict of the guardrail when it fails: `open` or `closed`.' },
  'spanline.guardrail.failure': { kind: 'string', privacy: 'protected', settable: true, docs: 'How it failed: `exception`, `timeout`, `unmapped`, `too_long`.' },
  'spanline.custom_events.left_out': { kind: 'int', privacy: 'protected', settable: true, docs: 'Custom events that were not written because there were too many.' },
  'spanline.langgraph.node': { kind: 'string', privacy: 'personal', settable: true, docs: 'Node of the graph.' },
  'spanline.langgraph.step': { kind: 'int', privacy: 'protected', settable: true, docs: 'Step of the graph.' },
  'spanline.langgraph.checkpoint_id': { kind: 'string', privacy: 'protected', settable: true, docs: 'Id of the checkpoint. A run that resumes has the same one.' },
} as const satisfies AttributeRows;

/** MCP. */
export const MCP = {
  'mcp.method.name': { kind: 'string', privacy: 'protected', settable: true, docs: 'Method of a request: `tools/call`.' },
  'mcp.protocol.version': { kind: 'string', privacy: 'protected', settable: true, docs: 'Version of the protocol that both ends speak.' },
  'mcp.session.id': { kind: 'string', privacy: 'protected', settable: true, docs: 'Id of the session over streamable HTTP.' },
  'mcp.resource.uri': { kind: 'string', privacy: 'personal', settable: true, docs: 'Resource, without user, query and fragment.' },
  'spanline.mcp.progress': { kind: 'int', privacy: 'protected', settable: true, docs: 'Notifications of progress during the request.' },
  'jsonrpc.request.id': { kind: 'string', privacy: 'personal', settable: true, docs: 'Id of the request, which its sender chose.' },
  'rpc.response.status_code': { kind: 'string', privacy: 'protected', settable: true, docs: 'Error code of the JSON-RPC response.' },
  'network.transport': { kind: 'string', privacy: 'protected', settable: true, docs: '`pipe` for standard input and output, `tcp` for HTTP.' },
  'network.protocol.name': { kind: 'string', privacy: 'protected', settable: true, docs: '`http` or `websocket`.' },
} as const satisfies AttributeRows;
