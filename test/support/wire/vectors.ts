/** Requests to models on Amazon Bedrock that embed or rank. */

import type { Invocation } from './invocation.ts';

const IN = { 'x-amzn-bedrock-input-token-count': '17' };
const EMBEDDED = { 'span.type': 'embedding', 'gen_ai.operation.name': 'embeddings', 'gen_ai.usage.input_tokens': 17 };
const BITS = [-128, 5, 127];
const PROFILE = 'arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abcdefghijkl';
const PROVISIONED = 'arn:aws:bedrock:eu-west-1:111122223333:provisioned-model/abcdefghijkl';

const embeds = (modelId: string, body: object, whole: object, line: object): Invocation => ({
  modelId,
  body,
  whole,
  headers: IN,
  line: { ...EMBEDDED, ...line },
});

const counted = (dimensions: number, inputs = 1): object => ({
  'gen_ai.embeddings.dimension.count': dimensions,
  'spanline.embeddings.input_count': inputs,
});

const NOVA = 'amazon.nova-2-multimodal-embeddings-v1:0';
const COHERE = 'cohere.embed-v4:0';
const texts = ['a', 'b'];

/** Models that embed. */
export const VECTORS: Readonly<Record<string, Invocation>> = {
  'Nova, a text': embeds(
    NOVA,
    {
      schemaVersion: 'nova-multimodal-embed-v1',
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: { embeddingPurpose: 'GENERIC_INDEX', embeddingDimension: 3, text: { value: 'a' } },
    },
    { embeddings: [{ embeddingType: 'TEXT', embedding: [1, 2, 3] }] },
    { ...counted(3), 'spanline.input': '"a"' },
  ),
  'Cohere, floats': embeds(COHERE, { texts, input_type: 'classification' }, { embeddings: [[1, 2, 3]] }, counted(3, 2)),
  'Cohere, int8': embeds(
    COHERE,
    { texts, input_type: 'clustering', embedding_types: ['int8'], output_dimension: 3 },
    { embeddings: { int8: [[-1, 2, 3]] } },
    { ...counted(3, 2), 'gen_ai.request.encoding_formats': ['int8'] },
  ),
  'Cohere, binary': embeds(
    COHERE,
    { texts, input_type: 'clustering', embedding_types: ['binary', 'ubinary'] },
    { embeddings: { binary: [BITS], ubinary: [[0, 133, 255]] } },
    counted(24, 2),
  ),
  'Cohere, pictures': embeds(
    COHERE,
    { images: ['data:image/png;base64,AAAA'], input_type: 'image' },
    { embeddings: { float: [[1, 2, 3]] } },
    counted(3),
  ),
  'Cohere, texts and pictures': embeds(
    COHERE,
    { inputs: [{ content: [{ type: 'text', text: 'a' }] }, { content: [] }], input_type: 'search_document' },
    { embeddings: { float: [[1, 2, 3]] } },
    { ...counted(3, 2), 'spanline.input': ['a'] },
  ),
  'Titan, bits': embeds(
    'amazon.titan-embed-text-v2:0',
    { inputText: 'a', dimensions: 4, embeddingTypes: ['binary'] },
    { embeddingsByType: { binary: [0, 1, 1, 0] }, inputTextTokenCount: 17 },
    { ...counted(4), 'gen_ai.request.encoding_formats': ['binary'] },
  ),
  'Titan, a picture': embeds(
    'amazon.titan-embed-image-v1',
    { inputImage: 'AAAA', embeddingConfig: { outputEmbeddingLength: 384 } },
    { embedding: [1, 2, 3] },
    counted(3),
  ),
  'Marengo 2': embeds(
    'twelvelabs.marengo-embed-2-7-v1:0',
    { inputType: 'text', inputText: 'a' },
    { data: [{ embedding: [1, 2, 3] }] },
    { ...counted(3), 'spanline.input': '"a"' },
  ),
  'Marengo 3': embeds(
    'us.twelvelabs.marengo-embed-3-0-v1:0',
    { inputType: 'text', text: { inputText: 'a' } },
    { data: { embedding: [1, 2, 3] } },
    { ...counted(3), 'spanline.input': '"a"' },
  ),
  'Cohere, by a profile': embeds(
    PROFILE,
    { texts, input_type: 'classification' },
    { embeddings: { float: [[1, 2, 3]] } },
    counted(3, 2),
  ),
  'Titan, by a profile': embeds(PROFILE, { inputText: 'a' }, { embedding: [1, 2, 3] }, counted(3)),
  'Titan with a size, provisioned': embeds(
    PROVISIONED,
    { inputText: 'a', dimensions: 256, normalize: true },
    { embedding: [1, 2, 3] },
    counted(3),
  ),
  'Nova, provisioned': embeds(
    PROVISIONED,
    { taskType: 'SINGLE_EMBEDDING', singleEmbeddingParams: { embeddingDimension: 3, image: { format: 'png' } } },
    { embeddings: [{ embeddingType: 'IMAGE', embedding: [1, 2, 3] }] },
    counted(3),
  ),
};

const documents = ['Rain.', 'Sun.'];
const ranking = (modelId: string): Invocation => ({
  modelId,
  body: { query: 'Weather?', documents, top_n: 1 },
  whole: { results: [{ index: 1, relevance_score: 0.9 }] },
  line: {
    'span.type': 'reranker',
    'span.name': `rerank ${modelId}`,
    'gen_ai.provider.name': 'aws.bedrock',
    'gen_ai.request.model': modelId,
    'gen_ai.retrieval.top_k': 1,
    'gen_ai.retrieval.query.text': 'Weather?',
    'gen_ai.retrieval.documents': [{ id: '1', score: 0.9, content: 'Sun.' }],
    'spanline.rerank.input_count': 2,
    'spanline.retrieval.count': 1,
  },
});

/** Models that rank documents. */
export const RANKINGS: Readonly<Record<string, Invocation>> = {
  Cohere: ranking('cohere.rerank-v3-5:0'),
  Amazon: ranking('amazon.rerank-v1:0'),
  'by a profile': ranking(PROFILE),
};
