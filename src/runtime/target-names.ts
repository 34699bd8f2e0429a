import { EXIT } from '../core/exit.ts'
import { conditionsIn } from '../core/conditions/conditions-in.ts'
import type { Guard, Procedure, Runbook, Step } from '../core/model.ts'
import { unboundTarget } from '../core/plan/bind.ts'
import { Problem } from '../core/problem.ts'
import type { BindingGround } from './bind-options.ts'

/**
 * Refuses a target of which less is known than the runbook needs: a tag without its commit, a commit without a tag.
 * Otherwise the proof would demand the version `${target.sha}` by that very name, after everything was changed.
 */
export function requireTargetNames(
  ground: BindingGround,
  runbook: Runbook,
  procedure: Procedure,
  steps: readonly Step[],
  guards: readonly Pick<Guard, 'holds'>[],
): void {
  const { verify, bake } = procedure
  const demanded = [verify, bake, ...steps.map((step) => step.verify)].filter((one) => one !== undefined)
  const conditions = [
    ...demanded.flatMap(({ must, should }) => [...must, ...should]),
    ...guards.flatMap(({ holds }) => conditionsIn(holds)),
  ]
  const signals = conditions.map(({ signal }) => runbook.signals[signal]?.with)
  const options = steps.map((step) => [step.with, step.fallback?.with])
  const names = unboundTarget(ground, [options, conditions, signals])
  if (names.length === 0) return
  const { given } = ground.target
  throw new Problem({
    code: 'target-incomplete',
    message: `too little is known of the version "${given}": the runbook needs ${names.map((name) => `\${${name}}`).join(', ')}`,
    cure: names.includes('target.tag')
      ? 'Name the version by its tag; the git history (`release.history`) can find the tag of a commit'
      : 'Name the version by its commit; the git history (`release.history`) can find the commit of a tag',
    exit: EXIT.refused,
  })
}
