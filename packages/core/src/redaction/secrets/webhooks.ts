/** Addresses that anyone who knows them may post to. The secret is the last part of the path. */

import { lazy } from '@spanline/record';
import type { Hint } from '../hints.ts';
import { matching, type Rule } from '../rule.ts';

/** Each with the page that describes it, read in November 2026. `value` is the part that is secret. */
const webhooks = (): readonly { readonly source: string; readonly pattern: string }[] => [
  {
    source: 'https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks',
    pattern: String.raw`hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/(?<value>[\w/-]{16,256})`,
  },
  {
    source: 'https://discord.com/developers/docs/resources/webhook',
    pattern: String.raw`discord(?:app)?\.com/api/(?:v\d{1,2}/)?webhooks/\d{15,22}/(?<value>[\w-]{40,128})`,
  },
  {
    source: 'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook',
    pattern: String.raw`[\w-]{1,63}\.webhook\.office\.com/webhookb2/(?<value>[\w@/-]{36,512})`,
  },
  {
    source: 'https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using',
    pattern: String.raw`outlook\.office(?:365)?\.com/webhook/(?<value>[\w@/-]{36,512})`,
  },
  {
    source: 'https://core.telegram.org/bots/api#making-requests',
    pattern: String.raw`api\.telegram\.org/(?:file/)?bot(?<value>\d{6,12}:[\w-]{30,64})`,
  },
  {
    source: 'https://zapier.com/apps/webhook',
    pattern: String.raw`hooks\.zapier\.com/hooks/catch/(?<value>[\w/]{8,128})`,
  },
  {
    source: 'https://help.ifttt.com/hc/articles/115010230347',
    pattern: String.raw`maker\.ifttt\.com/(?:trigger/[^\s/]{1,64}/(?:json/)?with/key|use)/(?<value>[\w-]{16,64})`,
  },
  {
    source: 'https://www.make.com/en/help/tools/webhooks',
    pattern: String.raw`hook\.(?:[a-z]{2}\d\.)?(?:make|integromat)\.com/(?<value>[a-z0-9]{24,64})`,
  },
  {
    source: 'https://developers.mattermost.com/integrate/webhooks/incoming/',
    pattern: String.raw`/hooks/(?<value>[a-z0-9]{26})(?![a-z0-9])`,
  },
  {
    source: 'https://docs.rocket.chat/docs/integrations',
    pattern: String.raw`/hooks/[0-9a-f]{24}/(?<value>[A-Za-z0-9]{40,64})`,
  },
  {
    source: 'https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot',
    pattern: String.raw`open\.(?:feishu\.cn|larksuite\.com)/open-apis/bot/v2/hook/(?<value>[\w-]{20,64})`,
  },
  {
    source: 'https://developer.webex.com/docs/api/guides/webhooks',
    pattern: String.raw`webexapis\.com/v1/webhooks/incoming/(?<value>[\w-]{40,256})`,
  },
  {
    source: 'https://docs.sentry.io/concepts/key-terms/dsn-explainer/',
    pattern: String.raw`https?://(?<value>[0-9a-f]{32}(?::[0-9a-f]{32})?)@[\w.-]{1,128}/\d{1,20}`,
  },
  {
    source: 'https://docs.github.com/en/get-started/git-basics/about-remote-repositories',
    pattern: String.raw`https?://(?<value>(?=[\w.~-]{0,255}\d)[\w.~-]{12,256})@[\w.-]{1,128}`,
  },
  {
    source: 'https://www.tines.com/docs/actions/types/webhook/',
    pattern: String.raw`\.tines\.com/webhook/[0-9a-f]{32}/(?<value>[0-9a-f]{32})`,
  },
  {
    source:
      'https://support.atlassian.com/cloud-automation/docs/configure-the-incoming-webhook-trigger-in-atlassian-automation/',
    pattern: String.raw`automation\.atlassian\.com/pro/hooks/(?<value>[0-9a-f]{40})`,
  },
];

const ENDS =
  'hooks|services|workflows|triggers|webhook|webhooks|webhookb2|catch|key|use|make\\.com|integromat\\.com|hook|incoming';
const HINTS: readonly Hint[] = [
  { on: '/', then: `(?<=(?:${ENDS})/)[\\w-]{6}|(?<=org/)(?:file/)?bot\\d` },
  { on: '@', then: '(?<=://[\\w.~:-]{12,256}@)' },
];

const FINDERS = lazy(() => webhooks().map(({ pattern }) => matching(lazy(() => new RegExp(pattern, 'gi')))));

export const WEBHOOK: Rule = {
  name: 'WEBHOOK',
  credential: true,
  hints: () => HINTS,
  *find(text) {
    for (const find of FINDERS()) yield* find(text);
  },
};
