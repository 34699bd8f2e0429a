import type { Entry, Platform } from '../core/contract.ts'
import type { Schema } from '../core/schema.ts'
import type { Filled } from './filled.ts'
import { asText } from './loose.ts'
import { nearest } from './nearest.ts'
import type { Path } from './path.ts'
import type { Report } from './report.ts'
import { validate } from './validate.ts'

export type Platforms = Readonly<Record<string, Platform>>

/** Checks `uses` and, by the action's own schema, `with`. Loads no more than that schema, where it can be had alone. */
export async function checkUse(
  use: Record<string, unknown>,
  at: Path,
  document: Filled,
  platforms: Platforms,
  report: Report,
): Promise<void> {
  const uses = asText(use.uses)
  if (uses === undefined) return
  const action = findAction(uses, [...at, 'uses'], platforms, report)
  if (action === undefined) return
  const options = await optionsOf(action)
  if (use.with === undefined) return checkAbsent(options, [...at], uses, report)
  validate(options, document, [...at, 'with'], report)
}

export async function optionsOf(entry: Entry<{ options: Schema<unknown> }>): Promise<Schema<unknown>> {
  return entry.options === undefined ? (await entry.load()).options : entry.options()
}

function checkAbsent(options: Schema<unknown>, at: Path, uses: string, report: Report): void {
  if (options.safeParse({}).success) return
  report.key([...at, 'uses'], {
    code: 'missing-key',
    message: `${uses} needs options`,
    cure: 'add with: and its options',
  })
}

function findAction(
  uses: string,
  at: Path,
  platforms: Platforms,
  report: Report,
): Platform['actions'][string] | undefined {
  const [platformName = '', actionName = '', ...more] = uses.split('.')
  const platform = Object.hasOwn(platforms, platformName) ? platforms[platformName] : undefined
  const action =
    platform !== undefined && Object.hasOwn(platform.actions, actionName) && more.length === 0
      ? platform.actions[actionName]
      : undefined
  if (action !== undefined) return action
  const names = actionNames(platforms)
  const own = names.filter((name) => name.startsWith(`${platformName}.`))
  const near = platform === undefined ? nearest(uses, names) : nearestAction(actionName, platform)
  report.value(at, {
    code: 'unknown-action',
    message:
      platform === undefined ? `there is no platform "${platformName}"` : `there is no action "${uses}"`,
    cure:
      near === undefined
        ? `actions: ${(own.length > 0 ? own : names).join(', ')}`
        : `did you mean "${near}"?`,
  })
  return undefined
}

/** Compares the last part only: the first is right, and would make any two look alike. */
function nearestAction(name: string, platform: Platform): string | undefined {
  const near = nearest(name, Object.keys(platform.actions))
  return near === undefined ? undefined : `${platform.name}.${near}`
}

function actionNames(platforms: Platforms): string[] {
  return Object.values(platforms).flatMap((platform) =>
    Object.keys(platform.actions).map((action) => `${platform.name}.${action}`),
  )
}
