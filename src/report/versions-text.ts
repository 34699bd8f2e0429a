import type { Readiness } from '../core/plan/readiness.ts'
import type { LiveVersion } from '../core/plan/types.ts'
import { type BlockedVersion, remarkWords, versionName } from '../core/versions.ts'
import { candidateLines } from './candidates-text.ts'
import { facts, hanging, heading, sections } from './layout.ts'
import type { Look } from './look.ts'
import { liveWords } from './plan-text.ts'
import { brief, safeLine } from './safe-text.ts'

interface VersionList extends Pick<Readiness, 'service' | 'environment' | 'candidates' | 'candidatesUnread'> {
  live: LiveVersion
  blocked: readonly BlockedVersion[]
}

/** What one could return to, and what is not to come back. */
export function versionsText(list: VersionList, look: Look): string {
  const { service, environment, live, candidates, candidatesUnread: unread } = list
  const blocked = list.blocked.filter(({ lifted }) => lifted === undefined)
  return sections([
    [
      heading(safeLine(`Versions: ${service}, ${environment}`), look),
      ...facts([['  Live now', brief(liveWords(live))]], look),
    ],
    [
      ...candidateLines(candidates, look),
      ...(unread === undefined
        ? []
        : hanging('  ', safeLine(`candidates could not be read: ${unread.why}`), look)),
    ],
    blocked.length === 0
      ? []
      : [heading('Blocked', look), ...blocked.flatMap((one) => hanging('  - ', blockedLine(one), look))],
  ])
}

function blockedLine(version: BlockedVersion): string {
  return safeLine(`${versionName(version)} ${remarkWords(version)}`)
}
