import { isOwnQuestion } from '../../core/own-questions.ts'
import { asList, asMap } from '../loose.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'

/** `--answer` names a question. What a step asks and what a signal asks share that name with nothing else. */
export function checkQuestionNames(file: Record<string, unknown>, report: Report): void {
  const asked = new Set(
    Object.entries(asMap(file.signals)).flatMap(([name, signal]) =>
      asMap(signal).ask === undefined ? [] : [name],
    ),
  )
  for (const name of [...asked].filter(isOwnQuestion)) taken(name, ['signals', name], 'key', report)
  for (const [name, procedure] of Object.entries(asMap(file.procedures)))
    for (const [index, step] of asList(asMap(procedure).steps).entries()) {
      const { id } = asMap(step)
      if (typeof id !== 'string') continue
      const at = ['procedures', name, 'steps', index, 'id']
      if (isOwnQuestion(id)) taken(id, at, 'value', report)
      if (asked.has(id))
        report.value(at, {
          code: 'same-question',
          message: `the step and a signal that asks are both called "${id}": --answer ${id} could be for either`,
          cure: 'rename one of them',
        })
    }
}

function taken(name: string, at: Path, where: 'key' | 'value', report: Report): void {
  report[where](at, {
    code: 'reserved-name',
    message: `"${name}" is what the tool itself may have to ask: --answer ${name} could be for either`,
    cure: 'rename it',
  })
}
