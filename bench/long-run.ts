import { directNeeds } from '../src/core/plan/needs.ts'
import { sealPlan } from '../src/core/plan/seal.ts'
import { type Plan, PLAN_FORMAT, type PlannedStep } from '../src/core/plan/types.ts'
import type { Line, RunEvent } from '../src/core/run/events.ts'
import type { Command } from '../src/core/run/command.ts'
import { next } from '../src/core/run/next.ts'
import { runStarted } from '../src/core/run/run-started.ts'
import { advance, emptyState, fold } from '../src/core/run/state.ts'
import { PLAIN } from '../src/report/look.ts'
import { runText } from '../src/report/run-text.ts'

const ANA = { name: 'ana', host: 'laptop', ci: true }

// A plan of any length, carried out in a world that takes every change at once and says so when it is asked.

/** Steps that go at once, before one that waits for all above it. */
const GROUP = 10

/** The lines of the journal, which may be on a disk. */
export type Append = (event: RunEvent) => Promise<Line>

/** From the list of steps to the report; throws when it was not proven. */
export async function carryOutLong(steps: number, append: Append): Promise<number> {
  const plan = longPlan(steps)
  const lines = await carriedOut(plan, append)
  // As `show` does it: from the journal alone.
  if (fold(lines).ended?.result !== 'proven') throw new Error('The run was not proven')
  const report = runText(plan, lines, PLAIN)
  if (!report.includes(`step-${steps - 1}: done`)) throw new Error('The report is not complete')
  return lines.length
}

/** Lines that are kept in memory only. */
export function inMemory(): Append {
  let n = 0
  return (event) => {
    n += 1
    return Promise.resolve({ n, at: n, event })
  }
}

async function carriedOut(plan: Plan, append: Append): Promise<Line[]> {
  const state = emptyState()
  const lines: Line[] = []
  const tell = async (event: RunEvent): Promise<void> => {
    const line = await append(event)
    lines.push(line)
    advance(state, line)
  }
  await tell(runStarted(plan, ANA))
  while (state.ended === undefined) {
    const around = { now: lines.at(-1)?.at ?? 0, ci: true, underway: new Set<string>() }
    for (const command of next(plan, state, around)) for (const event of answerTo(command)) await tell(event)
  }
  return lines
}

function answerTo(command: Command): RunEvent[] {
  switch (command.do) {
    case 'record':
      return [command.event]
    case 'apply': {
      const { step, effect, attempt, use } = command
      return [
        { type: 'intent', step, effect, attempt, use },
        { type: 'outcome', step, effect, attempt, ok: true, receipt: null },
      ]
    }
    case 'look':
      return [
        {
          type: 'observed',
          step: command.step,
          effect: command.effect,
          progress: 'reached',
          words: 'is at new',
        },
      ]
    case 'prove':
      return [{ type: 'proof', verdict: 'holds', degraded: [], why: 'it holds' }]
    default:
      throw new Error(`Nothing here is done by "${command.do}"`)
  }
}

function longPlan(count: number): Plan {
  const ordered = Array.from({ length: count }, (_, index) => ({
    id: `step-${index}`,
    needs: index % GROUP === 0 ? undefined : [`step-${index - (index % GROUP)}`],
  }))
  const needs = directNeeds(ordered)
  return sealPlan({
    format: PLAN_FORMAT,
    kind: 'run',
    id: '20261122-031500-7f3a',
    stamp: '20261122-031500',
    createdAt: '2026-11-22T03:15:00.000Z',
    tool: '0.0.0',
    service: 'api',
    environment: 'production',
    procedure: 'long',
    target: { given: 'abc1234', sha: 'abc1234' },
    live: { unasked: true },
    evidence: [],
    runbook: { path: '/runbook.yaml', sha256: 'sha256:0', text: 'version: 1\n' },
    secrets: {},
    signals: {},
    without: [],
    onFailure: 'stop',
    limits: {},
    confirmations: [],
    steps: ordered.map(({ id }) => oneStep(id, needs.get(id) ?? [])),
  })
}

function oneStep(id: string, needs: string[]): PlannedStep {
  return {
    id,
    needs,
    uses: 'registry.retag',
    kind: 'set',
    with: {},
    changes: [
      {
        effect: id,
        surface: { id, kind: 'version', type: 'tag' },
        from: 'old',
        to: 'new',
        fromLabel: 'old',
        toLabel: 'new',
        onUndo: 'restore',
        role: 'main',
        state: 'change',
        reversible: true,
        details: [],
        manual: [],
      },
    ],
    checks: [],
    timeout: 600_000,
    retry: { attempts: 3, backoff: 1000 },
  }
}
