import { releaseName } from '../core/release.ts'
import { shellLine } from '../core/shell.ts'
import { formatDuration } from '../core/duration.ts'
import type { BakeSummary } from './bake-summary.ts'
import { clock, conditionWords } from './bake-text.ts'
import { BAKE_WORDS, JUDGED_WORDS, resultWords } from './event-words.ts'
import { hanging, heading, sections } from './layout.ts'
import { lockLines } from './lock-text.ts'
import type { Look } from './look.ts'
import { brief, safeLine } from './safe-text.ts'
import {
  type BakingRun,
  isAlive,
  isUnfinished,
  type ListedRun,
  type LastSeen,
  type Status,
} from './status.ts'
import type { RunSummary } from './summary.ts'
import { goesOn, type WayOn } from './ways-on.ts'

export function statusText(status: Status, look: Look, now: number): string {
  const { last, locks, damaged, unreadable } = status
  if ([last, locks, damaged, unreadable].every((all) => all.length === 0))
    return [
      ...hanging('', `No runs are recorded in ${safeLine(status.place)}.`, look),
      'Start with: rollback plan',
    ].join('\n')
  return sections([
    unfinishedLines(status, look),
    bakingLines(status, look, now),
    unreadLines(status, look),
    unsharedLines(status, look),
    locks.length === 0
      ? []
      : [heading('Locks', look), ...locks.flatMap((lock) => lockLines(lock, now, look))],
    ...last.map(({ service, environment, lastSeen, runs }) => [
      heading(safeLine(`${service}, ${environment}`), look),
      ...hanging('  ', safeLine(lastSeenWords(lastSeen)), look),
      ...runs
        .filter((run) => !isUnfinished(run, status.locks))
        .flatMap((run) => runLines(run, isAlive(run.id, status.locks), look)),
    ]),
    hanging('', look.paint.faint(safeLine(`Runs are kept in ${status.place}.`)), look),
  ])
}

/** `last seen: 3e7a91c, proven 2026-11-22 13:54 UTC`: on record, nobody has looked just now. */
function lastSeenWords({ proven, inDoubtSince }: LastSeen): string {
  const doubt = inDoubtSince === undefined ? '' : `in doubt since run ${inDoubtSince}`
  if (proven === undefined) return doubt === '' ? 'nothing was proven yet' : doubt
  const name = releaseName(proven.target) || `as before the run that ${proven.run} took back`
  const watched = proven.watched === undefined ? '' : watchedWords(proven.bake, minute(proven.watched))
  const words = `${name}, proven ${minute(proven.at)} UTC${proven.degraded ? ', but degraded or partial' : ''}${watched}`
  return doubt === '' ? `last seen: ${words}` : `${doubt}; last seen before that: ${words}`
}

/** Whoever reads only this line must not take it for well. */
function watchedWords(bake: BakeSummary['result'] | undefined, until: string): string {
  if (bake === 'breached') return `, but its bake was breached at ${until} UTC`
  return bake === 'open'
    ? `, its bake is not over, watched until ${until} UTC`
    : `, watched until ${until} UTC`
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

function bakingLines({ baking }: Status, look: Look, now: number): string[] {
  if (baking.length === 0) return []
  return [
    heading('Baking', look),
    ...baking.flatMap((run) => [
      ...hanging(
        '  ',
        safeLine(`${run.id}  ${run.service}, ${run.environment}  to ${releaseName(run.target)}`),
        look,
        4,
      ),
      ...hanging('    ', safeLine(bakingWords(run, now)), look),
      ...run.bake.conditions.flatMap((one) =>
        hanging(
          `    ${JUDGED_WORDS[one.verdict].padEnd(7)}  `,
          brief(`${conditionWords(one)}, at ${clock(one.at)} UTC`),
          look,
        ),
      ),
      ...(run.watched ? [] : unwatchedWays(run, look)),
    ]),
  ]
}

/** `18m 00s of 30m 00s are left; watched by ana on laptop`. */
function bakingWords({ bake, watched }: BakingRun, now: number): string {
  const { watcher, seen, judgedFrom } = bake
  const left = bake.left - (watched ? now - Date.parse(seen) : 0)
  const times = `${formatDuration(Math.max(0, left))} of ${formatDuration(bake.for)} are left`
  if (watcher === undefined) return `${times}; nobody has watched it yet`
  if (bake.unanswered !== undefined) return `its time is over; ${bake.unanswered}`
  if (!watched) return `${times}; not watched any more since ${minute(seen)} UTC`
  const judged = bake.conditions.length > 0 ? '' : `, judged from ${clock(judgedFrom)} UTC on`
  return `${times}; watched by ${watcher.name} on ${watcher.host}${judged}`
}

function unwatchedWays({ id, bake }: BakingRun, look: Look): string[] {
  const ways = [
    { command: shellLine(['rollback', 'resume', id]), does: goesOn(bake) },
    { command: `${shellLine(['rollback', 'abandon', id, '--reason'])} '…'`, does: 'watch it no more' },
  ]
  return ways.flatMap(({ command, does }) =>
    hanging(`    ${look.paint.strong(safeLine(command))}  `, does, look),
  )
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
  const baked = run.bake === undefined || run.bake.result === 'open' ? '' : `. ${BAKE_WORDS[run.bake.result]}`
  const words = (alive ? 'Under way' : resultWords(run)) + baked + safeLine(settled)
  const good =
    (run.bake?.result !== 'breached' && run.result === 'proven') || run.result === 'already' || settled !== ''
  const paint = good ? look.paint.good : look.paint.warn
  const when = minute(run.started)
  return [
    ...hanging('  ', `${safeLine(run.id)}  ${when}  ${safeLine(what)}`, look, 4),
    ...hanging('    ', paint(words), look),
  ]
}
