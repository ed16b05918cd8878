/** Every public function that takes options, and how it is called with them. */

import AnthropicSdk from '@anthropic-ai/sdk';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { GoogleGenAI } from '@google/genai';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import Fastify from 'fastify';
import OpenAI from 'openai';
import * as aiSdk from '@spanline/ai-sdk';
import * as anthropic from '@spanline/anthropic';
import * as bedrock from '@spanline/bedrock';
import { wrapQuery } from '@spanline/claude-agent-sdk';
import * as core from '@spanline/core';
import * as pretty from '@spanline/core/pretty';
import * as testing from '@spanline/core/testing';
import * as dashboards from '@spanline/dashboards';
import * as evals from '@spanline/evals';
import * as express from '@spanline/express';
import * as fastify from '@spanline/fastify';
import * as googleGenAI from '@spanline/google-genai';
import * as guards from '@spanline/guards';
import * as hono from '@spanline/hono';
import * as http from '@spanline/http';
import { createRunRegistry } from '@spanline/instrumentation';
import * as langchain from '@spanline/langchain';
import { registerGlobally } from '@spanline/langchain/global';
import * as llamaindex from '@spanline/llamaindex';
import { SpanlineBridge } from '@spanline/mastra';
import * as mcp from '@spanline/mcp';
import * as monitor from '@spanline/monitor';
import * as next from '@spanline/next';
import * as openai from '@spanline/openai';
import { SpanlineTracingProcessor } from '@spanline/openai-agents';
import * as otel from '@spanline/otel';
import * as prompts from '@spanline/prompts';
import * as query from '@spanline/query';
import * as replay from '@spanline/replay';
import * as ship from '@spanline/ship';
import * as viewer from '@spanline/viewer';
import { wire } from '@spanline/wire';

type Call = (options: never) => unknown;

const work = (): number => 1;
const url = 'http://127.0.0.1:9/logs';
const clients = {
  anthropic: new AnthropicSdk({ apiKey: 'test' }),
  bedrock: new BedrockRuntimeClient({ region: 'eu-west-1' }),
  google: new GoogleGenAI({ apiKey: 'test' }),
  mcp: new Client({ name: 'test', version: '1' }),
  openai: new OpenAI({ apiKey: 'test' }),
};
const workflow = { run: work, handle: work, createContext: work };

async function* noLines(): AsyncGenerator<never> {}

function registerFastify(options: never): void {
  fastify.spanlineFastify(Fastify(), options, (fault) => {
    if (fault !== undefined) throw fault;
  });
}

const NO_RESULTS = { experiment: '', dataset: '', models: [], judges: {}, scores: {} };

/** By package and function. The options are the last argument. */
export const SET_UPS: Readonly<Record<string, Call>> = {
  'ai-sdk spanlineEmbeddingMiddleware': aiSdk.spanlineEmbeddingMiddleware,
  'ai-sdk spanlineMiddleware': aiSdk.spanlineMiddleware,
  'ai-sdk spanlineTelemetry': aiSdk.spanlineTelemetry,
  'anthropic wrapAnthropic': (options) => anthropic.wrapAnthropic(clients.anthropic, options),
  'bedrock wrapBedrock': (options) => bedrock.wrapBedrock(clients.bedrock, options),
  'claude-agent-sdk wrapQuery': (options) => wrapQuery(work as never, options),
  'core correlation': core.correlation,
  'core createItemizer': core.createItemizer,
  'core createLogger': core.createLogger,
  'core createTracer': core.createTracer,
  'core lineRedaction': core.lineRedaction,
  'core loadPrices': (options) => core.loadPrices(url, options),
  'core observe': (options) => core.observe(work, options),
  'core/pretty createPrettyStream': pretty.createPrettyStream,
  'core/pretty renderTrace': (options) => pretty.renderTrace([], options),
  'core/testing memoryLog': testing.memoryLog,
  'core/testing tree': (options) => testing.tree([], options),
  'dashboards cloudwatchDashboard': dashboards.cloudwatchDashboard,
  'dashboards cloudwatchDashboards': (options) => dashboards.cloudwatchDashboards({} as never, options),
  'dashboards datadogDashboard': dashboards.datadogDashboard,
  'dashboards datadogDashboards': (options) => dashboards.datadogDashboards({} as never, options),
  'dashboards datadogMonitorCollection': (options) => dashboards.datadogMonitorCollection({} as never, options),
  'dashboards datadogMonitors': (options) => dashboards.datadogMonitors([], options),
  'dashboards cloudwatchAlarmCollection': (options) => dashboards.cloudwatchAlarmCollection({} as never, options),
  'dashboards cloudwatchLogAlarms': (options) => dashboards.cloudwatchLogAlarms([], options),
  'dashboards grafanaAlertRules': (options) => dashboards.grafanaAlertRules([], options),
  'dashboards grafanaRuleCollection': (options) => dashboards.grafanaRuleCollection({} as never, options),
  'dashboards kibanaRuleCollection': (options) => dashboards.kibanaRuleCollection({} as never, options),
  'dashboards opensearchMonitorCollection': (options) => dashboards.opensearchMonitorCollection({} as never, options),
  'dashboards grafanaDashboard': dashboards.grafanaDashboard,
  'dashboards grafanaDashboards': (options) => dashboards.grafanaDashboards({} as never, options),
  'dashboards kibanaRules': (options) => dashboards.kibanaRules([], options),
  'dashboards opensearchMonitors': (options) => dashboards.opensearchMonitors([], options),
  'dashboards prometheusRules': (options) => dashboards.prometheusRules([], options),
  'dashboards promql': (options) => dashboards.promql('requests', options),
  'dashboards kibanaDashboard': dashboards.kibanaDashboard,
  'dashboards kibanaDashboards': (options) => dashboards.kibanaDashboards({} as never, options),
  'dashboards savedObjectCollection': (options) => dashboards.savedObjectCollection({} as never, options),
  'dashboards savedObjects': dashboards.savedObjects,
  'evals SpanEvaluations': (options) => new evals.SpanEvaluations(options),
  'evals claimGroundedness': evals.claimGroundedness,
  'evals compareResults': (options) => evals.compareResults(NO_RESULTS, NO_RESULTS, options),
  'evals createEvals': evals.createEvals,
  'evals feedback': evals.feedback,
  'evals groundedness': evals.groundedness,
  'evals jsonValidity': evals.jsonValidity,
  'evals judge': evals.judge,
  'evals judgeBudget': evals.judgeBudget,
  'evals leakage': evals.leakage,
  'evals preference': evals.preference,
  'evals ragTriad': evals.ragTriad,
  'evals scoreTrace': (options) => evals.scoreTrace([], options),
  'evals toolLoop': evals.toolLoop,
  'express debugSession': express.debugSession,
  'express feedbackRoute': express.feedbackRoute,
  'express spanlineExpress': express.spanlineExpress,
  'fastify spanlineFastify': registerFastify,
  'google-genai wrapGoogleGenAI': (options) => googleGenAI.wrapGoogleGenAI(clients.google, options),
  'guards blockInput': guards.blockInput,
  'guards blockOutput': guards.blockOutput,
  'guards createGuards': guards.createGuards,
  'guards detectors': guards.detectors,
  'guards guardAgent': guards.guardAgent,
  'guards guardChain': (options) => guards.guardChain({ invoke: work }, options),
  'guards guardChatModel': (options) => guards.guardChatModel({ _generate: work }, options),
  'guards guardClient': (options) => guards.guardClient(clients.openai, options),
  'guards guardExpress': guards.guardExpress,
  'guards guardLLM': (options) => guards.guardLLM({ chat: work }, options),
  'guards guardMiddleware': guards.guardMiddleware,
  'guards evaluator': guards.evaluator,
  'guards literals': guards.literals,
  'guards pattern': guards.pattern,
  'guards redactOutput': guards.redactOutput,
  'hono spanlineHono': hono.spanlineHono,
  'http createDebugToken': http.createDebugToken,
  'http createDebugSwitch': http.createDebugSwitch,
  'http createFeedbackHandler': http.createFeedbackHandler,
  'http createRequestTracer': (options) => http.createRequestTracer({} as never, options),
  'http createWebRequestTracer': (options) => http.createWebRequestTracer({} as never, options),
  'http propagate': (options) => http.propagate(fetch, options),
  'instrumentation createRunRegistry': createRunRegistry,
  'langchain SpanlineCallbackHandler': (options) => new langchain.SpanlineCallbackHandler(options),
  'langchain instrumentLangChain': langchain.instrumentLangChain,
  'langchain traceChatModel': (options) => langchain.traceChatModel({ invoke: work } as never, options),
  'langchain traceEmbeddings': (options) => langchain.traceEmbeddings({ embedQuery: work } as never, options),
  'langchain traceRemoteGraph': (options) => langchain.traceRemoteGraph({ graphId: 'g', invoke: work }, options),
  'langchain traceReranker': (options) => langchain.traceReranker({ compressDocuments: work } as never, options),
  'langchain traceVectorStore': (options) => langchain.traceVectorStore({ similaritySearch: work } as never, options),
  'langchain/global registerGlobally': registerGlobally,
  'llamaindex instrumentLlamaIndex': llamaindex.instrumentLlamaIndex,
  'llamaindex traceWorkflow': (options) => llamaindex.traceWorkflow(workflow, options),
  'mastra SpanlineBridge': (options) => new SpanlineBridge(options),
  'mcp wrapMcp': (options) => mcp.wrapMcp(clients.mcp, options),
  'monitor backtest': (rule) => monitor.backtest([rule], ''),
  'monitor budget': monitor.budget,
  'monitor check': (rule) => monitor.check([rule], ''),
  'monitor checkMetrics': (rule) => monitor.checkMetrics({}, [rule]),
  'monitor createMonitor': monitor.createMonitor,
  'monitor email': monitor.email,
  'monitor formatBacktest': (options) => monitor.formatBacktest([], options),
  'monitor genAiMetrics': monitor.genAiMetrics,
  'monitor learnBaselines': monitor.learnBaselines,
  'monitor metrics': (options) => monitor.metrics([], options),
  'monitor metricsHandler': monitor.metricsHandler,
  'monitor pagerDuty': monitor.pagerDuty,
  'monitor slack': monitor.slack,
  'monitor webhook': monitor.webhook,
  'next traced': (options) => next.traced(() => new Response(), options),
  'openai wrapOpenAI': (options) => openai.wrapOpenAI(clients.openai, options),
  'openai-agents SpanlineTracingProcessor': (options) => new SpanlineTracingProcessor(options),
  'otel SpanlineSpanProcessor': (options) => new otel.SpanlineSpanProcessor(options),
  'prompts definePrompt': prompts.definePrompt,
  'prompts fetchPrompts': prompts.fetchPrompts,
  'prompts openPrompts': prompts.openPrompts,
  'query bisect': (options) => query.bisect(noLines(), options),
  'query datasetItems': (options) => query.datasetItems(noLines(), options).next(),
  'query deleteDocuments': (options) => query.deleteDocuments(url, query.ALL, options),
  'query driftOf': (options) => query.driftOf(noLines(), options),
  'query open': (options) => query.open('app.ndjson', options),
  'query open, a cluster': (source) => query.open(typeof source === 'string' ? ['', source] : source),
  'query parseFilter': (options) => query.parseFilter('', options),
  'query timeFilter': (options) => query.timeFilter({}, options),
  'query timeFilter, a range': (range) => query.timeFilter(range),
  'query toSearchQuery': (options) => query.toSearchQuery(query.ALL, options),
  'query toSql': (options) => query.toSql(query.ALL, options),
  'replay cachedFetch': replay.cachedFetch,
  'replay replay': (options) => replay.replay([], options),
  'replay runTrace': (options) => replay.runTrace('missing.ndjson', work, options),
  'ship cloudwatchSetup': ship.cloudwatchSetup,
  'ship datadog': ship.datadog,
  'ship datadogLlmObs': ship.datadogLlmObs,
  'ship elasticsearch': ship.elasticsearch,
  'ship elasticsearchSetup': ship.elasticsearchSetup,
  'ship emf': ship.emf,
  'ship file': ship.file,
  'ship grafana': ship.grafana,
  'ship honeycomb': ship.honeycomb,
  'ship jaeger': ship.jaeger,
  'ship kafka': ship.kafka,
  'ship langfuse': ship.langfuse,
  'ship langsmith': ship.langsmith,
  'ship opensearch': ship.opensearch,
  'ship otlp': ship.otlp,
  'ship phoenix': ship.phoenix,
  'ship spool': ship.spool,
  'ship startShipper': ship.startShipper,
  'ship victorialogs': ship.victorialogs,
  'viewer startViewer': viewer.startViewer,
  'viewer traceFile': (options) => viewer.traceFile({ traceIds: [] } as never, options),
  'viewer viewer': viewer.viewer,
  'wire wire': (options) => wire(options)(),
};

/** Options without which a function does not take the others for options. */
export const GIVEN: Readonly<Record<string, object>> = { 'query open, a cluster': { url } };
