import { expect, test } from 'vitest'

import type { Decision, Deployed, TriggerVerdict } from '../../src/core/conditions/verdict.ts'
import { checkText } from '../../src/report/check-text.ts'
import { PLAIN } from '../../src/report/look.ts'

const at = (time: string): number => Date.parse(`2026-11-26T${time}Z`)

function told(deployment: Deployed | undefined, own: Partial<TriggerVerdict> = {}): string {
  const trigger: TriggerVerdict = {
    id: 'errors',
    severity: 'critical',
    condition: 'error_rate above 10%',
    judged: 'holds',
    words: 'is 40%, above 10%',
    since: at('02:41:00'),
    began: true,
    verdict: 'rollback',
    rule: 'critical rolls back as soon as it holds',
    ...own,
  }
  const decision: Decision = {
    verdict: 'rollback',
    triggers: [trigger],
    sampled: 0,
    unanswered: [],
    deployment,
  }
  return checkText(decision, 'shop, production', PLAIN).replaceAll(/\s+/g, ' ')
}

const deployed = (time: string): Deployed => ({ at: at(time), version: '7e12345', how: 'deployed' })

test.each<[string, Deployed | undefined, Partial<TriggerVerdict>, string]>([
  [
    'it preceded the breach',
    deployed('02:38:00'),
    {},
    'since 2026-11-26T02:41:00Z 7e12345 was deployed at 2026-11-26T02:38:00Z, 3m 00s before',
  ],
  [
    'it came after it: something else is the cause',
    deployed('02:45:00'),
    {},
    '7e12345 was deployed at 2026-11-26T02:45:00Z, 4m 00s after it began: it may have another cause',
  ],
  [
    'where it began is further back than is known',
    deployed('02:38:00'),
    { began: false },
    'since 2026-11-26T02:41:00Z or before 7e12345 was deployed at 2026-11-26T02:38:00Z; whether it began after that is not known',
  ],
  [
    'a surface that knows when it was made',
    { at: at('02:38:00'), version: undefined, how: 'made or deployed' },
    {},
    'the live version was made or deployed at 2026-11-26T02:38:00Z, 3m 00s before',
  ],
  [
    'it is not known',
    { unknown: 'deployed_at: "soon" is no time' },
    {},
    'when the live version was deployed is not known: deployed_at: "soon" is no time',
  ],
])('%s', (_what, deployment, own, words) => {
  expect(told(deployment, own)).toContain(words)
})

test('nothing is said of it where nobody was asked, or where nothing is wrong', () => {
  expect(told(undefined)).not.toContain('deployed')
  expect(told(deployed('02:38:00'), { judged: 'fails' })).not.toContain('deployed')
})
