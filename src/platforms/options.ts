import * as z from 'zod/mini'

import { parseDuration } from '../core/duration.ts'
import { hasSecretMarker } from '../core/shell.ts'
import { userinfoOf } from '../io/userinfo.ts'

// Pieces that the option schemas of several platforms share. All accept a secret's marker in place of its value.
// zod/mini: what is built at every start must be light.

/** With what editors and the reference say about it; a schema that is used elsewhere, too, stays as it is there. */
export function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  const own = z.clone(schema)
  z.globalRegistry.add(own, { ...z.globalRegistry.get(schema), description })
  return own
}

/** Text that is not empty. */
export const text = () => z.string().check(z.minLength(1))

/** `90s`, `5m`, `1h30m` → milliseconds. */
export const duration = () => z.pipe(durationText(), z.transform(toMilliseconds))

/** A duration that is longer than nothing. */
export const period = () =>
  duration().check(z.refine((milliseconds) => milliseconds > 0, 'has to be longer than nothing'))

function durationText(): z.ZodMiniString<string> {
  const schema = z.string()
  z.globalRegistry.add(schema, {
    description: 'a duration such as 90s, 5m, 1h30m',
    pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$',
  })
  return schema
}

function toMilliseconds(text: string, context: z.core.ParsePayload): number {
  const milliseconds = parseDuration(text)
  if (milliseconds !== undefined) return milliseconds
  const message = `"${text}" is not a duration: write a number with a unit, such as 90s, 5m or 1h30m`
  context.issues.push({ code: 'custom', message, input: text })
  return z.NEVER
}

/** For one request or program: timers count no further than 24 days, and nobody waits for one. */
export const timeLimit = () =>
  period().check(
    z.refine((milliseconds) => milliseconds <= LONGEST_WAIT, 'is longer than a day: nobody waits so long'),
  )

const LONGEST_WAIT = 24 * 3_600_000

/** An absolute http or https URL. */
export const url = () =>
  z.string().check(
    z.refine(
      (text) => hasSecretMarker(text) || isHttpUrl(text),
      'is not a URL: write it with https:// or http://',
    ),
    z.refine(
      (text) => hasSecretMarker(text) || !isHttpUrl(text) || userinfoOf(new URL(text)) !== undefined,
      'holds a login that cannot be decoded: write a % in it as %25',
    ),
  )

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
