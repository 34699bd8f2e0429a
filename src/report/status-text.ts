import type { Plan } from '../core/plan/types.ts'
import { releaseName } from '../core/release.ts'
import type { Line } from '../core/run/events.ts'
import { resultWords } from './event-words.ts'
import { hanging, heading, sections } from './layout.ts'
import type { Look } from './look.ts'
import { safeLine } from './safe-text.ts'
import { type RunSummary, summarise } from './summary.ts'

export interface Status {
  place: string
  unfinished: RunSummary[]
  /** The last runs of every service and environment, newest first. */
  last: { service: string; environment: string; runs: RunSummary[] }[]
}

const RUNS_EACH = 3

/** `runs`: newest first. */
export function statusOf(place: string, runs: readonly { plan: Plan; lines: Line[] }[]): Status {
  const summaries = runs.map(({ plan, lines }) => summarise(plan, lines))
  const groups = Map.groupBy(summaries, ({ service, environment }) => JSON.stringify([service, environment]))
  // What has been taken back, and proven so, is nobody's work any more.
  const takenBack = new Set(summaries.flatMap(({ result, undoOf }) => (result === 'proven' ? [undoOf] : [])))
  return {
    place,
    unfinished: summaries.filter(({ id, result }) => result === 'unfinished' && !takenBack.has(id)),
    last: [...groups.values()].flatMap((all) => {
      const [first] = all
      if (first === undefined) return []
      return [{ service: first.service, environment: first.environment, runs: all.slice(0, RUNS_EACH) }]
    }),
  }
}

export function statusText(status: Status, look: Look): string {
  if (status.last.length === 0)
    return `No runs are recorded in ${safeLine(status.place)}.\nStart with: rollback plan`
  return sections([
    unfinishedLines(status, look),
    ...status.last.map(({ service, environment, runs }) => [
      heading(safeLine(`${service}, ${environment}`), look),
      ...runs.flatMap((run) => runLines(run, look)),
    ]),
    [look.paint.faint(safeLine(`Runs are kept in ${status.place}.`))],
  ])
}

function unfinishedLines({ unfinished }: Status, look: Look): string[] {
  if (unfinished.length === 0) return []
  return [
    look.paint.bad(look.paint.strong(unfinished.length === 1 ? 'Unfinished run' : 'Unfinished runs')),
    ...unfinished.flatMap((run) => [
      `  ${safeLine(run.id)}  ${safeLine(`${run.service}, ${run.environment}`)}`,
      ...(run.why === undefined ? [] : hanging('    ', safeLine(run.why), look)),
      ...run.stands.flatMap((what) => hanging('    stands: ', safeLine(what), look)),
      ...run.waysOn.flatMap(({ command, does }) =>
        command === undefined
          ? hanging('    ', safeLine(does), look)
          : hanging(`    ${look.paint.strong(safeLine(command))}  `, safeLine(does), look),
      ),
    ]),
  ]
}

function runLines(run: RunSummary, look: Look): string[] {
  const what = run.kind === 'undo' ? `undo of ${run.undoOf ?? 'a run'}` : `to ${releaseName(run.target)}`
  const words = resultWords(run)
  const good = run.result === 'proven' || run.result === 'already'
  const paint = good ? look.paint.good : look.paint.warn
  const when = run.started?.slice(0, 16).replace('T', ' ') ?? ''
  return [`  ${safeLine(run.id)}  ${when}  ${safeLine(what)}`, ...hanging('    ', paint(words), look)]
}
