import type { Filled } from './filled.ts'
import { asList, asMap, asText } from './loose.ts'
import { checkUse, type Platforms } from './options.ts'
import type { Path } from './path.ts'
import type { Report } from './report.ts'
import { checkCondition, checkSignalName } from './signals.ts'
import { checkOrder } from './steps.ts'

/** What a schema cannot see: names that lead somewhere, and the options of every action. */
export async function checkProcedures(document: Filled, platforms: Platforms, report: Report): Promise<void> {
  const file = asMap(document.filled)
  const live = asText(asMap(asMap(file.release).live).signal)
  if (live !== undefined) checkSignalName(live, ['release', 'live', 'signal'], asMap(file.signals), report)
  for (const [name, procedure] of Object.entries(asMap(file.procedures))) {
    const at = ['procedures', name]
    const { steps, verify, undo } = asMap(procedure)
    checkOrder(asList(steps), [...at, 'steps'], report)
    checkVerify(verify, [...at, 'verify'], document, report)
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

function checkVerify(verify: unknown, at: Path, document: Filled, report: Report): void {
  for (const list of ['must', 'should'])
    asList(asMap(verify)[list]).forEach((condition, index) => {
      checkCondition(condition, [...at, list, index], document, report)
      checkMeasured(condition, [...at, list, index, 'signal'], document, report)
    })
}

/** What has just been changed is measured; a person is asked by a step, which waits for the answer and records it. */
function checkMeasured(condition: unknown, at: Path, document: Filled, report: Report): void {
  const { signal } = asMap(condition)
  if (typeof signal !== 'string' || asMap(asMap(asMap(document.filled).signals)[signal]).ask === undefined)
    return
  report.value(at, {
    code: 'asked-in-verify',
    message: `the signal "${signal}" asks a person, and verify only measures`,
    cure: 'ask with a last step that uses person.confirm',
  })
}
