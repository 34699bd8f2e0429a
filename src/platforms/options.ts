import { z } from 'zod'

import { parseDuration } from '../core/duration.ts'
import { hasSecretMarker } from '../core/shell.ts'

// Pieces that the option schemas of several platforms share. All accept a secret's marker in place of its value.

/** `90s`, `5m`, `1h30m` → milliseconds. */
export const duration = () =>
  z
    .string()
    .meta({ description: 'a duration such as 90s, 5m, 1h30m', pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$' })
    .transform((text, context) => {
      const milliseconds = parseDuration(text)
      if (milliseconds === undefined) {
        context.addIssue(`"${text}" is not a duration: write a number with a unit, such as 90s, 5m or 1h30m`)
        return z.NEVER
      }
      return milliseconds
    })

/** An absolute http or https URL. */
export const url = () =>
  z
    .string()
    .refine(
      (text) => hasSecretMarker(text) || isHttpUrl(text),
      'is not a URL: write it with https:// or http://',
    )

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)
}
