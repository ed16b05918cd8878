/** `spanline alerts render | diff | apply <engine> <rules>`. */
import { ApplyError, type Compilation, type Resource } from '@spanline/dashboards';
import { type CommandIo, endEarly, EXIT, messageOf } from '../../command.ts';
import { printHelp } from '../../help.ts';
import { lineText, printReport, safeJson } from '../../report/index.ts';
import { applyAll, showPlan } from '../../targets/index.ts';
import { readRules } from '../rules-file.ts';
import type { Engine } from './engines.ts';
import { explainEngines } from './explain-engines.ts';
import { type CompileAction, KEPT, NAMES, type Parsed, parseCompile } from './options.ts';

/** Help of the command. */
export const COMPILE_HELP = `spanline alerts render <engine> <rules> [options]
spanline alerts diff <engine> <rules> [options]
spanline alerts apply <engine> <rules> [options]

render     the rules in the language of an engine: ${NAMES.join(', ')}
diff       what apply would change in ${KEPT.join(', ')}, and each difference; exits with 1 if anything would
apply      the same; with --yes, change it, and print the addresses

Only rules with the label of the set are changed or removed. Keys come from the environment.

    --explain             with render: which rules the engine can say: exactly, with named losses, or not; "all" for
                          every engine
    --terraform           with render: a .tf.json file for Terraform: datadog, grafana, kibana, opensearch
    --partial             leave out the rules that the engine cannot say; without it, they are an error
    --set <name>          name of the set of rules, such as a service (default spanline)
    --filter <search>     narrows every rule, in the language of the engine, such as job="rag-api"
    --yes                 with apply: change it
  cloudwatch              as the AWS command line has it; diff and apply need @aws-sdk/client-cloudwatch
    --log-group <name>    log group of the lines, in the profile otel
    --region <region>     its region
    --role <arn>          role that CloudWatch searches the log group with
    --notify <arn>        what is notified of a change, such as an SNS topic
    --url <url>           another address of the API
  datadog                 DD_API_KEY, DD_APP_KEY
    --notify <text>       whom its messages notify, such as @slack-llm
    --site <site>         default DD_SITE, else datadoghq.com
    --url <url>           another address of the API, such as that of a proxy
  grafana                 GRAFANA_TOKEN, of a service account
    --url <url>           URL of Grafana
    --data-source <uid>   uid of the data source
    --source <kind>       its kind: elasticsearch, opensearch or prometheus (default elasticsearch)
    --folder <uid>        folder of the rules (default spanline)
  kibana                  KIBANA_API_KEY, or KIBANA_BASIC (user:password)
    --url <url>           URL of Kibana
    --space <id>          its space
  opensearch              ES_API_KEY, or ES_BASIC (user:password)
    --url <url>           URL of the cluster
  kibana, opensearch
    --index <pattern>     index pattern of the lines (default logs-spanline-*)
  grafana, kibana, opensearch
    --profile ecs|otel    profile of the lines (default ecs)
  grafana, prometheus
    --prefix <name>       prefix of the metrics (default spanline_)
`;

/** Says what the engine says differently, and what it cannot say. @returns whether it can say everything */
function tell(results: readonly Compilation<unknown>[], isPartial: boolean, { stderr }: CommandIo): boolean {
  for (const result of results) {
    const name = lineText(result.rule);
    if (result.kind === 'refused') stderr.write(`refused ${name}: ${lineText(result.reason)}\n`);
    else if (result.losses.length > 0) stderr.write(`loss    ${name}: ${result.losses.join(', ')}\n`);
  }
  const isWhole = results.every(({ kind }) => kind === 'compiled');
  if (!isWhole && !isPartial) stderr.write('Nothing was done. --partial leaves out what is refused.\n');
  return isWhole;
}

/** Shows or makes the changes in an account. @returns the exit code */
async function keep(parsed: Parsed, engine: Engine, resources: readonly Resource[], io: CommandIo): Promise<number> {
  const { action, options, isConfirmed } = parsed;
  const collection = await engine.open?.(options, io);
  if (collection === undefined) return EXIT.usage;
  if (isConfirmed) {
    await applyAll(collection, resources, io);
    return EXIT.ok;
  }
  const changes = await showPlan(collection, resources, io);
  if (action === 'diff') return changes === 0 ? EXIT.ok : EXIT.refused;
  if (changes > 0) io.stdout.write('Nothing was changed. Add --yes to change it.\n');
  return EXIT.ok;
}

async function perform(parsed: Parsed, io: CommandIo): Promise<number> {
  const { action, engines, options, isExplained, isPartial, isTerraform, report } = parsed;
  const rules = await readRules(parsed.rules);
  const compiled = Object.entries(engines).map(([name, engine]) => ({
    name,
    engine,
    ...engine.compile(rules, options),
  }));
  if (isExplained) {
    await printReport(explainEngines(Object.fromEntries(compiled.map((one) => [one.name, one.results]))), report, io);
    return EXIT.ok;
  }
  for (const { engine, results, print, resources = [] } of compiled) {
    if (!tell(results, isPartial, io) && !isPartial) return EXIT.refused;
    if (action !== 'render') return keep(parsed, engine, resources, io);
    const { set, space } = options;
    io.stdout.write(safeJson(isTerraform ? (engine.terraform?.(resources, set, space) ?? '') : print()));
  }
  return EXIT.ok;
}

/** Runs `spanline alerts render`, `diff` or `apply`. @returns the exit code */
export async function compileAlerts(action: CompileAction, args: readonly string[], io: CommandIo): Promise<number> {
  try {
    const parsed = parseCompile(action, args);
    if (parsed !== undefined) return await perform(parsed, io);
    printHelp(COMPILE_HELP, io);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ApplyError) || io.stop.aborted) return endEarly('alerts', error, io);
    io.stderr.write(`spanline alerts: ${messageOf(error)}\n`);
    return EXIT.refused;
  }
}
