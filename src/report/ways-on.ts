import { type Release, releaseName } from '../core/release.ts'
import { shellLine } from '../core/shell.ts'
import type { RunResult } from '../core/run/events.ts'
import type { EffectSummary } from './summary.ts'

/** What a person can do next. */
export interface WayOn {
  command: string
  does: string
}

interface Ended {
  id: string
  kind: 'run' | 'undo'
  result: RunResult | 'unfinished'
  target: Release
  changes: EffectSummary[]
  calls: EffectSummary[]
}

/** The next commands after a run, the most likely one last: that is where a tired reader looks. */
export function waysOn(run: Ended): WayOn[] {
  const show = { command: shellLine(['rollback', 'show', run.id]), does: 'the whole report' }
  const undo = { command: shellLine(['rollback', 'undo', run.id]), does: undoDoes(run) }
  switch (run.result) {
    case 'already':
    case 'refused':
    case 'declined':
    case 'failed':
      return [show]
    case 'proven':
    case 'degraded':
      return [show, undo]
    case 'stands':
    case 'unmeasured':
    case 'interrupted':
    case 'unfinished':
      return maybeChanged(run) ? [show, undo] : [show]
  }
}

function undoDoes(run: Ended): string {
  if (run.kind === 'undo') return 'go back to where it was before this undo'
  const done = run.result === 'proven' || run.result === 'degraded'
  return done ? `leave ${releaseName(run.target)} again, back to what ran before` : 'take back what stands'
}

function maybeChanged({ changes, calls }: Ended): boolean {
  return [...changes, ...calls].some((effect) => effect.state === 'done' || effect.state === 'unknown')
}
