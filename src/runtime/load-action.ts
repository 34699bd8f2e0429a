import type { Action, Platform } from '../core/contract.ts'
import type { Source } from '../core/source.ts'
import { EXIT } from '../core/exit.ts'
import { Problem } from '../core/problem.ts'
import { platforms } from '../platforms/index.ts'

/** The action behind a name such as `registry.retag`; its code is loaded now, if it was not before. */
export async function loadAction(uses: string): Promise<Action> {
  const [platform, ...action] = uses.split('.')
  const entry = platformNamed(platform ?? '')?.actions[action.join('.')]
  if (entry === undefined) throw unknownName('action', uses)
  return entry.load()
}

/** The source behind a name such as `http`. */
export async function loadSource(name: string): Promise<Source<unknown>> {
  for (const platform of Object.values<Platform>(platforms)) {
    const entry = platform.sources?.[name]
    if (entry !== undefined) return entry.load()
  }
  throw unknownName('source', name)
}

function platformNamed(name: string): Platform | undefined {
  const all: Record<string, Platform> = platforms
  return Object.hasOwn(all, name) ? all[name] : undefined
}

// The loader of runbooks has refused unknown names, with the nearest known one; a stored plan may be from another version.
function unknownName(what: string, name: string): Problem {
  return new Problem({
    code: `${what}-unknown`,
    message: `this version has no ${what} "${name}"`,
    cure: 'use the version of the tool that made the plan',
    exit: EXIT.usage,
  })
}
