import { releaseName } from '../core/release.ts'
import { shellLine } from '../core/shell.ts'
import { resultWords } from './event-words.ts'
import { hanging, heading, sections } from './layout.ts'
import { lockLines } from './lock-text.ts'
import type { Look } from './look.ts'
import { safeLine } from './safe-text.ts'
import { isAlive, isUnfinished, type ListedRun, type Now, type Status } from './status.ts'
import type { RunSummary } from './summary.ts'
import type { WayOn } from './ways-on.ts'

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
