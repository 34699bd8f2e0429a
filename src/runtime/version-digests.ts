import type { Json } from '../core/json.ts'
import type { PlannedChange } from '../core/plan/types.ts'
import { loadAction } from './load-action.ts'

interface Use {
  uses: string
  changes: readonly PlannedChange[]
}

/** The content digests of what version surfaces come from, or go to, where their platforms know any. */
export async function digestsOf(uses: readonly Use[], side: 'from' | 'to'): Promise<string[]> {
  const all = await Promise.all(
    uses.map(async ({ uses: name, changes }) => {
      const states = changes
        .filter(({ role, surface }) => role === 'main' && surface.kind === 'version')
        .flatMap((change): Json[] => (change[side] === null ? [] : [change[side]]))
      if (states.length === 0) return []
      const action = await loadAction(name)
      if (action.kind !== 'set' || action.digests === undefined) return []
      const { state, digests } = action
      // A state that this version does not understand tells no digest; carrying it out says so.
      return states.flatMap((one) => {
        const read = state.safeParse(one)
        return read.success ? digests(read.data) : []
      })
    }),
  )
  return [...new Set(all.flat())]
}
