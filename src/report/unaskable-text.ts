import { EXIT } from '../core/exit.ts'
import type { Condition } from '../core/model.ts'
import type { Plan } from '../core/plan/types.ts'
import { isAsked } from './demand-words.ts'

/**
 * Before a run where nobody can be asked: what it will need to know once it is changed, and how it ends without that.
 * undefined where nothing is asked. `canRepeat`: the same command measures it once more.
 */
export function unaskableText(
  plan: Plan,
  { withBake, canRepeat }: { withBake: boolean; canRepeat: boolean },
): string | undefined {
  const { verify, bake } = plan
  const asked = (conditions: readonly Condition[] = []): string[] => [
    ...new Set(conditions.filter((one) => isAsked(plan, one)).map(({ signal }) => signal)),
  ]
  const again = canRepeat ? 'the same run again, with the answers, measures once more' : undefined
  const ends: [names: string[], exit: number, way: string | undefined][] = [
    [asked(verify?.must), EXIT.unmeasured, again],
    [asked(verify?.should), EXIT.degraded, again],
    [
      withBake ? asked([...(bake?.must ?? []), ...(bake?.should ?? [])]) : [],
      EXIT.declined,
      'rollback resume, with the answers, ends it',
    ],
  ]
  const first = ends.find(([names]) => names.length > 0)
  if (first === undefined) return undefined
  const [names, exit, way] = first
  const answers = names.map((name) => `--answer ${name}=…`).join(' ')
  const how = way === undefined ? '' : `; ${way} (${answers})`
  return `Nobody can be asked here, and ${names.join(', ')} can only be said once it is changed: it will end with ${exit}${how}.`
}
