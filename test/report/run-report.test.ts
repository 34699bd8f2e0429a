import { expect, test } from 'vitest'

import { PLAIN } from '../../src/report/look.ts'
import { runMarkdown } from '../../src/report/run-markdown.ts'
import { runText } from '../../src/report/run-text.ts'
import { summarise } from '../../src/report/summary.ts'
import { CALLED, journal, plan, PROVEN, RETAGGED, STARTED } from './fixtures.ts'

const lines = journal([...STARTED, ...RETAGGED, ...CALLED, ...PROVEN])

test('tells who, why, what was measured, changed and proven, and how long each phase took', () => {
  const text = runText(plan(), lines, PLAIN)
  for (const part of [
    'Rollback to 1a2b3c4: acme-api, production',
    'ana on laptop',
    'checkout fails',
    'health: failing: HTTP 500',
    'absent → sha256:9f8e7d6c5b4a: done',
    'holds    must live_version same commit as 1a2b3c4',
    /decide +0 ms/,
    /execute +13 s/,
    /verify +4 s/,
    /\+1 s {2}evidence/,
  ])
    expect(text).toMatch(part instanceof RegExp ? part : new RegExp(escape(part)))
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test('adds up to a document with the durations and the last judgement of everything', () => {
  expect(summarise(plan(), lines)).toMatchObject({
    result: 'proven',
    exit: 0,
    took: 19_000,
    phases: [
      { phase: 'decide', took: 0 },
      { phase: 'execute', took: 13_000 },
      { phase: 'verify', took: 4000 },
    ],
    steps: [
      { step: 'image', result: 'done', took: 7000, attempts: 1 },
      { step: 'redeploy', result: 'done', took: 3000, attempts: 1 },
    ],
    changes: [{ state: 'done' }, { state: 'done' }],
    calls: [{ name: 'render.deploy-hook', state: 'done' }],
    proof: { verdict: 'holds', conditions: [{ role: 'must', verdict: 'holds' }] },
  })
})

test('names a call by its step, in the order of time', () => {
  const early = journal([...STARTED, ...CALLED, ...RETAGGED, ...PROVEN])
  const rows = /Changes and calls\n([^]*?)\n\n/.exec(runText(plan(), early, PLAIN))?.[1]
  expect(rows).toMatch(/^ {2}redeploy: render\.deploy-hook\n/)
  expect(runMarkdown(plan(), early)).toMatch(/\| `redeploy: render\.deploy-hook` .*\n\| `ghcr\.io/)
})

test('measures each phase against its limit, deciding from the plan on', () => {
  const limited = plan({
    createdAt: '2026-11-22T03:13:00.000Z',
    limits: { decide: 60_000, execute: 60_000, verify: 1000 },
  })
  expect(summarise(limited, lines).phases).toEqual([
    { phase: 'decide', took: 120_000, limit: 60_000, exceeded: true },
    { phase: 'execute', took: 13_000, limit: 60_000, exceeded: false },
    { phase: 'verify', took: 4000, limit: 1000, exceeded: true },
  ])
  expect(runText(limited, lines, PLAIN)).toMatch(/decide +2m 00s of 1m 00s: limit exceeded/)
  expect(runText(limited, lines, PLAIN)).toMatch(/execute +13 s of 1m 00s$/m)
  expect(runMarkdown(limited, lines)).toContain('| verify | 4 s of 1 s: limit exceeded |')
})

test('an effect whose answer never came may have happened', () => {
  const cut = lines.slice(0, 5)
  expect(cut.at(-1)?.event.type).toBe('intent')
  const summary = summarise(plan(), cut)
  expect(summary.result).toBe('unfinished')
  expect(summary.changes[0]?.state).toBe('unknown')
})

test('Markdown takes the text of others as text', () => {
  const report = runMarkdown(
    plan({ reason: 'see @channel | <img src=x> [x](http://evil) `rm` # **now**' }),
    lines,
  )
  const row = report.split('\n').find((line) => line.startsWith('| Why'))
  expect(row).toBe(
    String.raw`| Why | see &#64;channel \| &lt;img src=x&gt; \[x\]\(http://evil\) \`rm\` \# \*\*now\*\* |`,
  )
})

test('Markdown has a row for every line of the journal', () => {
  const report = runMarkdown(plan(), lines)
  expect(report.match(/^\| \+\d/gm)).toHaveLength(lines.length)
})

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}

test('a trigger that is outweighed does not read as if it called for the rollback', () => {
  const outweighed = {
    id: 'errors',
    severity: 'critical' as const,
    condition: 'error_rate above 10%',
    judged: 'holds' as const,
    words: 'is 40%, above 10%',
    verdict: 'hold' as const,
    but: 'does not count while flag equals off: is off',
  }
  const decided = journal([
    ...STARTED,
    { type: 'triggers-judged', decision: { verdict: 'hold', triggers: [outweighed] } },
  ])
  const words = 'is 40%, above 10%; it holds, but does not count while flag equals off'
  expect(runText(plan(), decided, PLAIN).replaceAll(/\s+/g, ' ')).toContain(words)
  expect(runMarkdown(plan(), decided)).toContain(words)
})
