import type { Path } from './path.ts'

// What the format has words for and this version cannot do yet. A runbook that relies on one of these must not be
// taken as if it did not: each is an error. Later work removes rows.

/** `*` is any key or place in a list. */
const UNAVAILABLE = [
  'notify',
  'inputs.*.type',
  'release.history.registry',
  'procedures.*.triggers',
  'procedures.*.fences',
  'procedures.*.notify',
  'procedures.*.limits.announce',
  'procedures.*.undo.steps',
  'procedures.*.steps.*.fence',
  'procedures.*.steps.*.bake',
  'procedures.*.steps.*.guards',
]

/** Takes every key out that this version cannot serve, and returns where they were. */
export function takeUnavailable(value: unknown): Path[] {
  return UNAVAILABLE.flatMap((pattern) => take(value, pattern.split('.'), []))
}

function take(value: unknown, [part, ...rest]: string[], at: Path): Path[] {
  if (typeof value !== 'object' || value === null || part === undefined) return []
  const holder = value as Record<string, unknown>
  const keys = part === '*' ? Object.keys(holder) : Object.hasOwn(holder, part) ? [part] : []
  return keys.flatMap((key) => {
    const path = [...at, Array.isArray(value) ? Number(key) : key]
    if (rest.length > 0) return take(holder[key], rest, path)
    delete holder[key]
    return [path]
  })
}
