import { directNeeds } from '../../core/plan/needs.ts'
import { asList, asMap, asText } from '../loose.ts'
import { nearest } from '../nearest.ts'
import type { Path } from '../path.ts'
import type { Report } from '../report.ts'

/** Ids are unique, needs lead to steps, and no step waits for itself. */
export function checkOrder(steps: unknown[], at: Path, report: Report): void {
  const ids = steps.map((step) => asText(asMap(step).id))
  checkUnique(ids, at, report)
  const known = ids.filter((id) => id !== undefined)
  const valid = steps.every((step, index) => checkNeeds(asMap(step), [...at, index], known, report))
  if (valid && new Set(known).size === steps.length) checkCycle(steps, at, report)
}

function checkUnique(ids: (string | undefined)[], at: Path, report: Report): void {
  ids.forEach((id, index) => {
    const first = ids.indexOf(id)
    if (id === undefined || first === index) return
    report.value([...at, index, 'id'], {
      code: 'duplicate-id',
      message: `step ${first + 1} and step ${index + 1} are both called "${id}"`,
      cure: 'rename one of them',
    })
  })
}

function checkNeeds(step: Record<string, unknown>, at: Path, known: string[], report: Report): boolean {
  const unknown = asList(step.needs).flatMap((need, index) =>
    typeof need === 'string' && known.includes(need) ? [] : [{ need: asText(need) ?? '', index }],
  )
  for (const { need, index } of unknown) {
    const near = nearest(need, known)
    report.value([...at, 'needs', index], {
      code: 'unknown-step',
      message: `there is no step "${need}"`,
      cure: near === undefined ? `steps: ${known.join(', ')}` : `did you mean "${near}"?`,
    })
  }
  return unknown.length === 0
}

function checkCycle(steps: unknown[], at: Path, report: Report): void {
  const ordered = steps.map((step) => ({
    id: asText(asMap(step).id) ?? '',
    needs: Array.isArray(asMap(step).needs) ? (asMap(step).needs as string[]) : undefined,
  }))
  const cycle = findCycle(directNeeds(ordered))
  const [first] = cycle
  if (first === undefined) return
  const index = ordered.findIndex((step) => step.id === first)
  const silent = ordered.filter((step) => cycle.includes(step.id) && step.needs === undefined)
  const why = silent.map(({ id }) => `${id} has no needs and waits for all steps above it`).join('; ')
  report.value([...at, index, 'needs'], {
    code: 'cycle',
    message: `steps wait for each other: ${[...cycle, first].join(' → ')}`,
    cure: why === '' ? 'remove one of these needs' : `${why}: give it needs, or move it`,
  })
}

/** The members of one cycle, beginning with a step that has needs of its own; empty when there is none. */
function findCycle(needs: Map<string, string[]>): string[] {
  const settled = new Set<string>()
  const trail: string[] = []

  function descend(id: string): string[] | undefined {
    if (settled.has(id)) return undefined
    const start = trail.indexOf(id)
    if (start !== -1) return trail.slice(start)
    trail.push(id)
    for (const need of needs.get(id) ?? []) {
      const cycle = descend(need)
      if (cycle !== undefined) return cycle
    }
    trail.pop()
    settled.add(id)
    return undefined
  }

  for (const id of needs.keys()) {
    const cycle = descend(id)
    if (cycle !== undefined) return cycle
  }
  return []
}
