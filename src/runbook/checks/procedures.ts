import { checkProvenSeries } from './series.ts'
import { checkAllGuards } from './guards.ts'
import { canonical } from '../../core/json.ts'
import type { Filled } from '../filled.ts'
import { asList, asMap, asText } from '../loose.ts'
import { checkBakeTimes } from './bake-times.ts'
import { checkTimeToHold } from './condition-times.ts'
import { checkUse, type Platforms } from '../options.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'
import { checkCondition } from './conditions.ts'
import { checkSignalName } from './signals.ts'
import { checkOrder } from './steps.ts'

/** What a schema cannot see: names that lead somewhere, and the options of every action. */
export async function checkProcedures(document: Filled, platforms: Platforms, report: Report): Promise<void> {
  const file = asMap(document.filled)
  for (const key of ['signal', 'deployed']) {
    const name = asText(asMap(asMap(file.release).live)[key])
    if (name === undefined) continue
    const signals = asMap(file.signals)
    if (!checkSignalName(name, ['release', 'live', key], signals, report)) continue
    if (key === 'deployed' && asMap(signals[name]).ask !== undefined)
      report.value(['release', 'live', key], {
        code: 'asked-deployed',
        message: `the signal "${name}" asks a person, and when the live version was deployed is only measured`,
        cure: 'name a signal that measures it',
      })
  }
  await checkAllGuards(document, platforms, report)
  for (const [name, procedure] of Object.entries(asMap(file.procedures))) {
    const at = ['procedures', name]
    const { steps, verify, bake, undo } = asMap(procedure)
    checkOrder(asList(steps), [...at, 'steps'], report)
    checkVerify(verify, [...at, 'verify'], document, report)
    checkVerify(bake, [...at, 'bake'], document, report)
    checkBakeTimes(bake, [...at, 'bake'], document, report)
    checkToldApart(bake, [...at, 'bake'], report)
    checkVerify(asMap(undo).verify, [...at, 'undo', 'verify'], document, report)
    for (const [index, step] of asList(steps).entries())
      await checkStep(asMap(step), [...at, 'steps', index], document, platforms, report)
  }
}

async function checkStep(
  step: Record<string, unknown>,
  at: Path,
  document: Filled,
  platforms: Platforms,
  report: Report,
): Promise<void> {
  checkVerify(step.verify, [...at, 'verify'], document, report)
  await checkUse(step, at, document, platforms, report)
  if (step.fallback !== undefined)
    await checkUse(asMap(step.fallback), [...at, 'fallback'], document, platforms, report)
}

/** Of verify or of bake. */
function checkVerify(verify: unknown, at: Path, document: Filled, report: Report): void {
  for (const list of ['must', 'should'])
    asList(asMap(verify)[list]).forEach((condition, index) => {
      checkCondition(condition, [...at, list, index], document, report)
      checkDemanded(condition, [...at, list, index], document, report)
      if (at.at(-1) === 'bake') return
      const signals = asMap(asMap(document.filled).signals)
      const { within } = asMap(verify)
      checkTimeToHold(asMap(condition), [...at, list, index], { signals, within }, report)
    })
}

/** What became of each condition of a bake is on record under its words. */
function checkToldApart(bake: unknown, at: Path, report: Report): void {
  for (const list of ['must', 'should']) {
    const seen = new Set<string>()
    asList(asMap(bake)[list]).forEach((condition, index) => {
      const { every: _, no_data: __, on_error: ___, ...said } = asMap(condition)
      if (seen.size < seen.add(canonical(said)).size) return
      report.value([...at, list, index], {
        code: 'condition-twice',
        message: 'the same condition stands above: nothing would tell what became of which',
        cure: 'leave one of them out',
      })
    })
  }
}

/** What makes sense of samples over time, or of a service that answers; a person answers once. */
const OF_SAMPLES = [
  'passing',
  'failing',
  'failing_for',
  'same_commit',
  'absent_for',
  'unchanged_for',
  'change',
  'series',
  'for',
  'in_a_row',
  'samples',
  'every',
  'within',
] as const

/** What has just been changed is measured, or asked of a person, once everything else is well. */
function checkDemanded(condition: unknown, at: Path, document: Filled, report: Report): void {
  const part = at[2] === 'bake' ? 'bake' : 'verify'
  const { signal: name, ...rest } = asMap(condition)
  if (typeof name !== 'string') return
  const signal = asMap(asMap(asMap(document.filled).signals)[name])
  const meaningless = OF_SAMPLES.find((key) => rest[key] !== undefined)
  if (signal.ask !== undefined && meaningless !== undefined)
    report.key([...at, meaningless], {
      code: 'asked-once',
      message: `the signal "${name}" asks a person, once: "${meaningless}" says nothing about an answer`,
      cure: 'say which answer is well, such as equals: true, or below: 3',
    })
  else if (part === 'bake' && rest.samples !== undefined)
    report.key([...at, 'samples'], {
      code: 'samples-in-bake',
      message: 'samples takes so many and no more, and a bake watches until its end',
      cure: 'in_a_row: 3, where that many must hold one after the other; or leave it out',
    })
  if (rest.burn_rate !== undefined)
    report.key([...at, 'burn_rate'], {
      code: `burn-rate-in-${part}`,
      message: 'burn_rate is for triggers and guards: its long window holds the incident that was just ended',
      cure: `write what is to be measured from now on: { signal: ${name}, below: 1% }`,
    })
  checkProvenSeries(rest, at, { name, signal }, report)
}
