import type { Plan } from '../core/plan/types.ts'
import { type Release, releaseName } from '../core/release.ts'
import { shellLine } from '../core/shell.ts'
import type { LockSummary } from '../core/lock-view.ts'
import type { Line } from '../core/run/events.ts'
import { resultWords } from './event-words.ts'
import { hanging, heading, sections } from './layout.ts'
import { lockLines } from './lock-text.ts'
import type { Look } from './look.ts'
import { safeLine } from './safe-text.ts'
import { type RunSummary, summarise } from './summary.ts'
import type { WayOn } from './ways-on.ts'

export interface Status {
  place: string
  locks: LockSummary[]
  /** Runs that are there, and that nobody can tell anything about. */
  damaged: DamagedRun[]
  /** Locks, or a whole store. */
  unreadable: { place: string; why: string }[]
  unfinished: RunSummary[]
  /** Of these the shared store may not have all; nobody is at work on them. */
  unshared: RunSummary[]
  /** The last runs of every service and environment, newest first. */
  last: { service: string; environment: string; now: Now; runs: ListedRun[] }[]
}

export interface DamagedRun {
  id: string
  why: string
  cure?: string | undefined
}

/** `settledBy`: a later run that was proven, after which nobody has to care for this one. */
type ListedRun = RunSummary & { settledBy?: string | undefined }

/** The last proven version, and the run since which it may be another one. */
interface Now {
  proven?:
    | {
        target: Release
        run: string
        at: string | undefined
        /** It is live; something beside it fails, or was left out. */
        degraded: boolean
      }
    | undefined
  inDoubtSince?: string | undefined
}

const RUNS_EACH = 3

/** Results that ask for somebody, until a later run is proven. */
const OPEN = new Set<RunSummary['result']>(['failed', 'stands', 'unmeasured', 'interrupted', 'unfinished'])
/** After these something else may be live. */
const IN_DOUBT = new Set<RunSummary['result']>([
  'stands',
  'unmeasured',
  'interrupted',
  'unfinished',
  'abandoned',
])

interface Recorded {
  plan: Plan
  lines: Line[]
  unshared?: true | undefined
}

/** `runs`: newest first. */
export function statusOf(
  place: string,
  runs: readonly Recorded[],
  locks: LockSummary[],
  { damaged, unreadable }: Pick<Status, 'damaged' | 'unreadable'> = { damaged: [], unreadable: [] },
): Status {
  const summaries = runs.map(({ plan, lines }) => summarise(plan, lines))
  const groups = Map.groupBy(summaries, ({ service, environment }) => JSON.stringify([service, environment]))
  const listed = [...groups.values()].map(withSettled)
  const kept = new Set(runs.flatMap(({ plan, unshared }) => (unshared === true ? [plan.id] : [])))
  return {
    place,
    locks,
    damaged,
    unreadable,
    unfinished: listed.flat().filter((run) => isUnfinished(run, locks)),
    unshared: summaries.filter(({ id }) => kept.has(id) && !isAlive(id, locks)),
    last: listed.flatMap((all) => {
      const [first] = all
      if (first === undefined) return []
      const { service, environment } = first
      return [{ service, environment, now: nowOf(all), runs: all.slice(0, RUNS_EACH) }]
    }),
  }
}

function withSettled(newestFirst: readonly RunSummary[]): ListedRun[] {
  return newestFirst.map((run, index) => {
    const later = newestFirst.slice(0, index).findLast(({ result }) => result === 'proven')
    return later === undefined || !OPEN.has(run.result) ? run : { ...run, settledBy: later.id }
  })
}

/** Without an end, and nobody is working on it. */
function isUnfinished({ id, finished, settledBy }: ListedRun, locks: LockSummary[]): boolean {
  return !finished && settledBy === undefined && !isAlive(id, locks)
}

function isAlive(run: string, locks: LockSummary[]): boolean {
  return locks.some((lock) => lock.run === run && lock.holder === 'alive')
}

function nowOf(newestFirst: readonly RunSummary[]): Now {
  const at = newestFirst.findIndex(({ result }) => result === 'proven' || result === 'degraded')
  const proven = newestFirst[at]
  const since = newestFirst
    .slice(0, at === -1 ? undefined : at)
    .findLast(({ result }) => IN_DOUBT.has(result))
  return {
    proven: proven && {
      target: proven.target,
      run: proven.id,
      at: proven.ended,
      degraded: proven.result === 'degraded',
    },
    inDoubtSince: since?.id,
  }
}

export function statusText(status: Status, look: Look, now: number): string {
  const { last, locks, damaged, unreadable } = status
  if ([last, locks, damaged, unreadable].every((all) => all.length === 0))
    return [
      ...hanging('', `No runs are recorded in ${safeLine(status.place)}.`, look),
      'Start with: rollback plan',
    ].join('\n')
  return sections([
    unfinishedLines(status, look),
    unreadLines(status, look),
    unsharedLines(status, look),
    locks.length === 0
      ? []
      : [heading('Locks', look), ...locks.flatMap((lock) => lockLines(lock, now, look))],
    ...last.map(({ service, environment, now, runs }) => [
      heading(safeLine(`${service}, ${environment}`), look),
      ...hanging('  ', safeLine(nowWords(now)), look),
      ...runs
        .filter((run) => !isUnfinished(run, status.locks))
        .flatMap((run) => runLines(run, isAlive(run.id, status.locks), look)),
    ]),
    hanging('', look.paint.faint(safeLine(`Runs are kept in ${status.place}.`)), look),
  ])
}

/** `now: 3e7a91c, proven 2026-11-22 13:54 UTC`. */
function nowWords({ proven, inDoubtSince }: Now): string {
  const doubt = inDoubtSince === undefined ? '' : `in doubt since run ${inDoubtSince}`
  if (proven === undefined) return `now: ${doubt === '' ? 'nothing was proven yet' : doubt}`
  const name = releaseName(proven.target) || `as before the run that ${proven.run} took back`
  const words = `${name}, proven ${minute(proven.at)} UTC${proven.degraded ? ', but degraded or partial' : ''}`
  return doubt === '' ? `now: ${words}` : `now: ${doubt}; before that ${words}`
}

function minute(when: string | undefined): string {
  return when?.slice(0, 16).replace('T', ' ') ?? ''
}

function unfinishedLines({ unfinished }: Status, look: Look): string[] {
  if (unfinished.length === 0) return []
  return [
    look.paint.bad(look.paint.strong(unfinished.length === 1 ? 'Unfinished run' : 'Unfinished runs')),
    ...unfinished.flatMap((run) => [
      ...hanging('  ', safeLine(`${run.id}  ${run.service}, ${run.environment}`), look, 4),
      ...(run.why === undefined ? [] : hanging('    ', safeLine(run.why), look)),
      ...run.stands.flatMap((what) => hanging('    stands: ', safeLine(what), look)),
      ...[...run.waysOn, abandoning(run)].flatMap(({ command, does }) =>
        command === undefined
          ? hanging('    ', safeLine(does), look)
          : hanging(`    ${look.paint.strong(safeLine(command))}  `, safeLine(does), look),
      ),
    ]),
  ]
}

function unreadLines({ damaged, unreadable }: Status, look: Look): string[] {
  const all = [...damaged.map(({ id, why }) => `${id}: ${why}`), ...unreadable.map(({ why }) => why)]
  if (all.length === 0) return []
  return [
    look.paint.bad('Cannot be read'),
    ...all.flatMap((what) => hanging('  - ', safeLine(what), look)),
    ...(damaged.length === 0
      ? []
      : hanging(
          '  ',
          'What such a run has done is not told here; what to do about it: `rollback show <run>`',
          look,
        )),
  ]
}

function unsharedLines({ unshared }: Status, look: Look): string[] {
  if (unshared.length === 0) return []
  return [
    look.paint.warn('Not sent to the shared store yet'),
    ...unshared.flatMap(({ id, service, environment }) =>
      hanging('  ', safeLine(`${id}  ${service}, ${environment}`), look, 4),
    ),
    ...hanging(
      '  ',
      'The next run, resume, undo or abandon from here sends it, once the store answers.',
      look,
    ),
  ]
}

/** Only here: at the end of a run nobody has to be told how to give it up. */
function abandoning({ id }: RunSummary): WayOn {
  const command = `${shellLine(['rollback', 'abandon', id, '--reason'])} '…'`
  return { command, does: 'leave what stands as it is' }
}

function runLines(run: ListedRun, alive: boolean, look: Look): string[] {
  const what = run.kind === 'undo' ? `undo of ${run.undoOf ?? 'a run'}` : `to ${releaseName(run.target)}`
  const settled = run.settledBy === undefined ? '' : `; settled by ${run.settledBy}`
  const words = (alive ? 'Under way' : resultWords(run)) + safeLine(settled)
  const good = run.result === 'proven' || run.result === 'already' || settled !== ''
  const paint = good ? look.paint.good : look.paint.warn
  const when = minute(run.started)
  return [
    ...hanging('  ', `${safeLine(run.id)}  ${when}  ${safeLine(what)}`, look, 4),
    ...hanging('    ', paint(words), look),
  ]
}
