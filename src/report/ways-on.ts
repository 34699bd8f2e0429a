import type { Plan } from '../core/plan/types.ts'
import { type Release, releaseName } from '../core/release.ts'
import { shellLine } from '../core/shell.ts'
import type { BakeResult, RunResult } from '../core/run/events.ts'

/** What a person can do next. */
export interface WayOn {
  /** Can be typed as it is. Absent where only words can say what to do. */
  command?: string | undefined
  does: string
}

interface Ended {
  id: string
  kind: 'run' | 'undo'
  result: RunResult | 'unfinished'
  /** It has an end on record: nobody can go on with it. */
  finished: boolean
  target: Release
  /** Runs that have changed what it has proven with its own: they can be taken back, too. Newest first. */
  completes?: readonly string[] | undefined
  bake?: { result: BakeResult | 'open'; unanswered?: string | undefined } | undefined
}

/** What a resume does for a bake without an end. */
export function goesOn({ unanswered }: { unanswered?: string | undefined }): string {
  return unanswered === undefined ? 'go on watching it' : 'answer what is left of it'
}

/** Results after which there is nothing of the run to take back. */
const NOTHING_STANDS = new Set<Ended['result']>(['already', 'refused', 'declined', 'failed'])

/** That nothing of this run stands says nothing of those before it. */
const STATUS: WayOn = { command: 'rollback status', does: 'what earlier runs have changed' }

const GUARDED = 'the same again, once that holds; '
const FORCED = 'with --force --reason <text> it goes past what does not hold by then'
/** A plan file cannot be forced any more. */
const PLANNED_ANEW = 'or plan it anew with --force --reason <text>, to go past what does not hold by then'

/**
 * `undoable`: an undo of it would do something; one that only redeployed what was there leaves that to the run before.
 * `sameRun`: the command that began it, where that is known. The next commands after a run, the most likely one last:
 * that is where a tired reader looks.
 */
export function waysOn(run: Ended, undoable: boolean, sameRun?: string): WayOn[] {
  const show = { command: shellLine(['rollback', 'show', run.id]), does: 'the whole report' }
  const undo = { command: shellLine(['rollback', 'undo', run.id]), does: undoDoes(run) }
  const undoBefore = (run.completes ?? []).map((id) => ({
    command: shellLine(['rollback', 'undo', id]),
    does: 'take back what that run has changed',
  }))
  if (run.result === 'refused')
    return [show, { command: sameRun, does: GUARDED + (sameRun === undefined ? PLANNED_ANEW : FORCED) }]
  if (run.result === 'failed') return [show, STATUS]
  if (run.result === 'declined') return [show, ...waysToAnswer(sameRun)]
  if (NOTHING_STANDS.has(run.result) && run.completes === undefined) return [show]
  const back = [...(undoable ? [undo] : []), ...undoBefore]
  const resume = shellLine(['rollback', 'resume', run.id])
  if (run.bake?.result === 'open') return [show, ...back, { command: resume, does: goesOn(run.bake) }]
  if (run.finished) return [show, ...again(run, sameRun), ...back, ...elsewhere(run)]
  return [show, ...back, { command: resume, does: 'go on where it was cut off' }]
}

/** The version that was returned to is not well either. */
function elsewhere({ bake }: Ended): WayOn[] {
  if (bake?.result !== 'breached') return []
  return [
    { command: 'rollback versions', does: 'what else could be returned to; then rollback run --target …' },
  ]
}

/** Of a run without a line in its journal: there is nothing to report of it, and nothing to take back. */
export function waysToBegin({ id, finished }: Pick<Ended, 'id' | 'finished'>): WayOn[] {
  if (finished) return []
  return [{ command: shellLine(['rollback', 'resume', id]), does: 'carry it out: nothing was done yet' }]
}

function waysToAnswer(sameRun: string | undefined): WayOn[] {
  return sameRun === undefined
    ? []
    : [{ command: sameRun, does: 'the same run again, with what it asks answered' }]
}

/** What was asked and not agreed to has left nothing to go on with. */
export function waysToConfirm({ confirmations }: Pick<Plan, 'confirmations'>, sameRun?: string): WayOn[] {
  if (confirmations.length === 0) return waysToAnswer(sameRun)
  const answers = confirmations.map(({ id }) => `--answer ${id}=yes`).join(' ')
  return [{ does: `the same command again with ${answers}, where that is meant` }]
}

/** To take back a rollback that may well have worked is not the only way. */
function again({ kind, result }: Ended, sameRun: string | undefined): WayOn[] {
  if (kind === 'undo' || (result !== 'unmeasured' && result !== 'stands')) return []
  const does = result === 'unmeasured' ? 'measures once more' : 'tries the rest'
  return sameRun === undefined
    ? [{ does: `The same run again, as it was typed: it ${does}; what is done stays done.` }]
    : [{ command: sameRun, does: `the same run again: it ${does}; what is done stays done` }]
}

function undoDoes(run: Ended): string {
  if (run.kind === 'undo') return 'go back to where it was before this undo'
  if (run.completes !== undefined) return 'take back what this run has changed'
  const done = run.result === 'proven' || run.result === 'degraded'
  return done ? `leave ${releaseName(run.target)} again, for what ran before` : 'take back what stands'
}
