import { checkGuards } from './guards.ts'
import type { Filled } from './filled.ts'
import { asList, asMap, asText } from './loose.ts'
import { checkBakeTimes } from './bake-times.ts'
import { checkUse, type Platforms } from './options.ts'
import type { Path } from './path.ts'
import type { Report } from './report.ts'
import { COMPARISONS } from '../core/conditions/sample.ts'
import { checkCondition, checkSignalName } from './signals.ts'
import { checkOrder } from './steps.ts'

/** What a schema cannot see: names that lead somewhere, and the options of every action. */
export async function checkProcedures(document: Filled, platforms: Platforms, report: Report): Promise<void> {
  const file = asMap(document.filled)
  const live = asText(asMap(asMap(file.release).live).signal)
  if (live !== undefined) checkSignalName(live, ['release', 'live', 'signal'], asMap(file.signals), report)
  await checkGuards(file.guards, ['guards'], document, platforms, report)
  for (const [name, procedure] of Object.entries(asMap(file.procedures))) {
    const at = ['procedures', name]
    const { steps, guards, verify, bake, undo } = asMap(procedure)
    await checkGuards(guards, [...at, 'guards'], document, platforms, report)
    checkOrder(asList(steps), [...at, 'steps'], report)
    checkVerify(verify, [...at, 'verify'], document, report)
    checkVerify(bake, [...at, 'bake'], document, report)
    checkBakeTimes(bake, [...at, 'bake'], document, report)
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
      checkMeasured(condition, [...at, list, index], document, report)
    })
}

/**
 * What has just been changed is measured. A person is asked by a step, which waits for the answer and records it; what
 * was usual before the incident is not asked for in the middle of a run.
 */
function checkMeasured(condition: unknown, at: Path, document: Filled, report: Report): void {
  const part = at.includes('bake') ? 'bake' : 'verify'
  const { signal: name, ...rest } = asMap(condition)
  if (typeof name !== 'string') return
  const signal = asMap(asMap(asMap(document.filled).signals)[name])
  if (signal.ask !== undefined)
    report.value([...at, 'signal'], {
      code: `asked-in-${part}`,
      message: `the signal "${name}" asks a person, and ${part} only measures`,
      cure:
        part === 'bake'
          ? 'measure it, or leave it to `rollback check`'
          : 'ask with a last step that uses person.confirm',
    })
  const limited = COMPARISONS.find((key) => asList(rest[key]).concat(rest[key]).some(isOfBaseline))
  if (limited === undefined || asMap(signal.baseline).offset === undefined) return
  report.key([...at, limited], {
    code: `baseline-in-${part}`,
    message: `the baseline of "${name}" is measured, and ${part} knows only a written one`,
    cure: 'write the limit as a number, or the baseline as a value',
  })
}

function isOfBaseline(limit: unknown): boolean {
  return asMap(limit).of === 'baseline'
}
