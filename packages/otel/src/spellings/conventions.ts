import type { Spellings } from './target.ts';

// OpenTelemetry's own conventions, in the words of earlier versions.

/** GenAI conventions up to 1.36, names that 1.37 to 1.41 changed, and names that instrumentations add. */
export const GEN_AI: Spellings = {
  'gen_ai.system': 'gen_ai.provider.name',
  'gen_ai.prompt': 'gen_ai.input.messages',
  'gen_ai.completion': 'gen_ai.output.messages',
  'gen_ai.openai.request.seed': 'gen_ai.request.seed',
  'gen_ai.openai.request.response_format': 'gen_ai.output.type',
  'gen_ai.openai.request.service_tier': 'spanline.cost.requested_tier',
  'gen_ai.openai.response.service_tier': 'spanline.cost.tier',
  'openai.request.service_tier': 'spanline.cost.requested_tier',
  'openai.response.service_tier': 'spanline.cost.tier',
  'gen_ai.request.is_stream': 'gen_ai.request.stream',
  'gen_ai.is_streaming': 'gen_ai.request.stream',
  'gen_ai.request.reasoning_effort': 'gen_ai.request.reasoning.level',
  'gen_ai.response.finish_reason': 'gen_ai.response.finish_reasons',
  'gen_ai.server.time_to_first_token': 'gen_ai.response.time_to_first_chunk',
  'gen_ai.workflow.name': 'gen_ai.agent.name',
  'gen_ai.embedding.dimension': 'gen_ai.embeddings.dimension.count',
  'gen_ai.tool.arguments': 'gen_ai.tool.call.arguments',
  'gen_ai.tool.result': 'gen_ai.tool.call.result',
  'gen_ai.retrieval.query': 'gen_ai.retrieval.query.text',
  'gen_ai.usage.cost': 'spanline.cost.reported_usd',
  'gen_ai.usage.prompt_tokens': 'gen_ai.usage.input_tokens',
  'gen_ai.usage.completion_tokens': 'gen_ai.usage.output_tokens',
  'gen_ai.usage.total_tokens': 'usage:total_tokens',
  'gen_ai.usage.cache_read_input_tokens': 'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_creation_input_tokens': 'gen_ai.usage.cache_write.input_tokens',
  'gen_ai.usage.cache_creation.input_tokens': 'gen_ai.usage.cache_write.input_tokens',
  'gen_ai.usage.reasoning_tokens': 'gen_ai.usage.reasoning.output_tokens',
  'gen_ai.token.type': 'nothing',
  'error.type': 'failure type',
  'error.message': 'failure',
};

/** HTTP and network conventions before 1.23. */
export const HTTP: Spellings = {
  'http.method': 'http.request.method',
  'http.status_code': 'http.response.status_code',
  'http.url': 'url',
  'http.target': 'url',
  'url.full': 'url',
  'http.scheme': 'url.scheme',
  'http.user_agent': 'user_agent.original',
  'http.client_ip': 'client.address',
  'http.flavor': 'network.protocol.version',
  'http.request_content_length': 'http.request.body.size',
  'http.response_content_length': 'http.response.body.size',
  'http.request_content_length_uncompressed': 'http.request.body.size',
  'http.response_content_length_uncompressed': 'http.response.body.size',
  'http.response.header.content-length': 'http.response.body.size',
  'http.server_name': 'server.address',
  'net.peer.name': 'server.address',
  'net.peer.port': 'server.port',
  'net.host.name': 'server.address',
  'net.host.port': 'server.port',
  'http.host': 'nothing',
  'http.status_text': 'nothing',
  'net.transport': 'nothing',
  'url.query': 'nothing',
};

/** Database conventions before 1.30. */
export const DATABASE: Spellings = {
  'db.statement': 'db.query.text',
  'db.system': 'db.system.name',
  'db.name': 'db.namespace',
  'db.operation': 'db.operation.name',
  'db.sql.table': 'db.collection.name',
  'db.mongodb.collection': 'db.collection.name',
  'db.connection_string': 'nothing',
  'db.user': 'nothing',
};

/** Names of no convention that people write by hand. */
export const BY_HAND: Spellings = {
  'llm.model': 'gen_ai.request.model',
  'llm.temperature': 'gen_ai.request.temperature',
  'llm.max_tokens': 'gen_ai.request.max_tokens',
  'llm.prompt_tokens': 'gen_ai.usage.input_tokens',
  'llm.completion_tokens': 'gen_ai.usage.output_tokens',
  'llm.input_tokens': 'gen_ai.usage.input_tokens',
  'llm.output_tokens': 'gen_ai.usage.output_tokens',
  'llm.total_tokens': 'usage:total_tokens',
  'llm.usage.prompt_tokens': 'gen_ai.usage.input_tokens',
  'llm.usage.completion_tokens': 'gen_ai.usage.output_tokens',
  'llm.usage.input_tokens': 'gen_ai.usage.input_tokens',
  'llm.usage.output_tokens': 'gen_ai.usage.output_tokens',
  'embedding.model': 'gen_ai.request.model',
  'embedding.dimensions': 'gen_ai.embeddings.dimension.count',
  'vector_search.top_k': 'gen_ai.retrieval.top_k',
  'vector_search.results': 'spanline.retrieval.count',
  'vector_search.index': 'gen_ai.data_source.id',
};
