import type { SourceEntry } from '../../core/contract.ts'
import { checkProvenSeries } from './series.ts'
import { samplesAtOnce } from './condition-times.ts'
import type { Filled } from '../filled.ts'
import { asList, asMap } from '../loose.ts'
import type { Platforms } from '../options.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'
import { checkStatement } from './conditions.ts'
import { sourceKeys, sourcesOf } from '../sources.ts'
import { withinStatement } from './within-statement.ts'

/** What needs more than one moment; a guard is measured in one. */
const OVER_TIME = ['for', 'failing_for', 'absent_for', 'unchanged_for', 'change'] as const

interface Around {
  document: Filled
  sources: Record<string, SourceEntry>
  report: Report
}

/** Those of the runbook, and those of each procedure, beside which they stand: it is by its id that one is spoken of. */
export async function checkAllGuards(document: Filled, platforms: Platforms, report: Report): Promise<void> {
  const around = { document, sources: sourcesOf(platforms), report }
  const { guards, procedures } = asMap(document.filled)
  await checkGuards(guards, ['guards'], new Set(), around)
  const ids = asList(guards).map((guard) => asMap(guard).id)
  for (const [name, procedure] of Object.entries(asMap(procedures)))
    await checkGuards(asMap(procedure).guards, ['procedures', name, 'guards'], new Set(ids), around)
}

/** Guards name signals, and say what can be known of them in one moment; `ids` are those that are taken. */
async function checkGuards(guards: unknown, at: Path, ids: Set<unknown>, around: Around): Promise<void> {
  const { document, report } = around
  for (const [index, guard] of asList(guards).entries()) {
    const { id, ...holds } = asMap(guard)
    if (typeof id === 'string' && ids.size === ids.add(id).size)
      report.value([...at, index, 'id'], {
        code: 'duplicate-id',
        message: `two guards have the id "${id}"`,
        cure: 'rename one of them',
      })
    checkStatement(holds, [...at, index], document, report)
    await checkMoment(holds, [...at, index], around)
  }
}

/** The key that asks for more samples than are measured in one moment. */
function tooLong(condition: Record<string, unknown>, atOnce: number): string | undefined {
  const over = OVER_TIME.find((key) => condition[key] !== undefined)
  if (over !== undefined) return over
  return ['in_a_row', 'samples', 'passing', 'failing'].find((key) => {
    const said = condition[key]
    const { in_a_row, of, within } = asMap(said)
    return within !== undefined || [said, in_a_row, of].some((count) => Number(count) > atOnce)
  })
}

async function checkMoment(statement: Record<string, unknown>, at: Path, around: Around): Promise<void> {
  for (const [part, place] of withinStatement(statement, at)) await checkSignal(part, place, around)
}

async function checkSignal(
  { signal: name, ...rest }: Record<string, unknown>,
  at: Path,
  { document, sources, report }: Around,
): Promise<void> {
  if (typeof name !== 'string') return
  const signal = asMap(asMap(asMap(document.filled).signals)[name])
  if (signal.ask !== undefined)
    return report.value([...at, 'signal'], {
      code: 'asked-in-guard',
      message: `the signal "${name}" asks a person, and guards only measure`,
      cure: 'ask with a first step that uses person.confirm',
    })
  checkProvenSeries(rest, at, { name, signal }, report)
  const [source = ''] = sourceKeys(signal)
  const entry = Object.hasOwn(sources, source) ? sources[source] : undefined
  const key = tooLong(rest, samplesAtOnce(signal))
  if (key === undefined || entry === undefined) return
  if ((await entry.load()).keepsHistory === true) return
  report.key([...at, key], {
    code: 'guard-without-history',
    message: `a guard is measured in one moment, and ${source} keeps no history: "${key}" would never be known`,
    cure: `leave ${key} out, or ask a source that keeps a history (prometheus, datadog, sentry)`,
  })
}
