import { EXIT } from '../core/exit.ts'
import type { Condition } from '../core/model.ts'
import type { Plan } from '../core/plan/types.ts'

/**
 * Before a run where nobody can be asked: what it will need to know once it is changed, and how it ends without that.
 * undefined where nothing is asked.
 */
export function unaskableText({ verify, bake, signals }: Plan, withBake: boolean): string | undefined {
  const asked = (conditions: readonly Condition[] = []): string[] => [
    ...new Set(conditions.map(({ signal }) => signal).filter((name) => signals[name]?.source === 'ask')),
  ]
  const musts = asked(verify?.must)
  const ends: [names: string[], exit: number, way: string][] = [
    [musts, EXIT.unmeasured, 'the same run again, with the answers, proves it'],
    [asked(verify?.should), EXIT.degraded, 'the same run again, with the answers, measures anew'],
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
  return `Nobody can be asked here, and ${names.join(', ')} can only be said once it is changed: it will end with ${exit}; ${way} (${answers}).`
}
