import { conditionsIn } from '../core/conditions/conditions-in.ts'
import { againstOf } from '../core/conditions/verdict.ts'
import type { Condition, Procedure, Runbook } from '../core/model.ts'
import type { Readiness } from '../core/plan/readiness.ts'
import { loadAction, loadSource } from './load-action.ts'

type Asked = Readiness['questions'][number]

/** What a rollback would ask of a person, as it is written: whoever prepares one for CI has to know it beforehand. */
export async function readinessQuestions(runbook: Runbook, procedure: Procedure): Promise<Asked[]> {
  const [gates, signals] = await Promise.all([
    gateQuestions(procedure),
    Promise.all(Object.keys(runbook.signals).map((name) => signalQuestions(name, runbook, procedure))),
  ])
  return [...gates, ...signals.flat()]
}

async function gateQuestions({ steps }: Procedure): Promise<Asked[]> {
  const loaded = await Promise.all(steps.map(async (step) => ({ step, action: await loadAction(step.uses) })))
  const firstChange = loaded.findIndex(({ action }) => action.kind !== 'gate')
  return loaded.flatMap(({ step, action }, index): Asked[] => {
    if (action.kind !== 'gate') return []
    const options = action.options.safeParse(step.with)
    if (!options.success) return []
    const { text, expects } = action.question(options.data)
    const asked = index < firstChange ? 'before the change' : 'on the way'
    return [{ answer: step.id, question: text, expects, asked }]
  })
}

async function signalQuestions(name: string, runbook: Runbook, procedure: Procedure): Promise<Asked[]> {
  const signal = runbook.signals[name]
  if (signal === undefined) return []
  const { person, options: schema } = await loadSource(signal.source)
  if (person === undefined) return []
  const options = schema.safeParse(signal.with)
  if (!options.success) return []
  const question = person.question(options.data)
  return whenAsked(name, runbook, procedure).map((asked) => ({ answer: name, question, asked }))
}

function whenAsked(
  name: string,
  { triggers, unless, fixForward }: Runbook,
  { steps, verify, bake }: Procedure,
): Asked['asked'][] {
  const isOf = (conditions: readonly Condition[] = []): boolean =>
    conditions.some(({ signal }) => signal === name)
  const deciding = triggers.flatMap((trigger) => [
    ...conditionsIn(trigger.when),
    ...againstOf(trigger, unless).flatMap(({ when }) => conditionsIn(when)),
  ])
  const proofs = [verify, ...steps.map((step) => step.verify)].flatMap((one) => one ?? [])
  const times: [Asked['asked'], boolean][] = [
    ['for the verdict', isOf(deciding) || fixForward?.signal === name],
    ['for the proof', proofs.some(({ must, should }) => isOf([...must, ...should]))],
    ['at the end of the bake', isOf([...(bake?.must ?? []), ...(bake?.should ?? [])])],
  ]
  return times.flatMap(([asked, is]) => (is ? [asked] : []))
}
