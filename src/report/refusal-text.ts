import type { Refusal, RefusalReason } from '../core/plan/outcome.ts'
import { releaseName } from '../core/release.ts'
import { hanging, heading, sections } from './layout.ts'
import type { Look } from './look.ts'
import { brief, safeLine } from './safe-text.ts'

/** Why nothing was started, what would cure it, and the command that goes on without it (where there is one). */
export function refusalText(refusal: Refusal, goOn: string | undefined, look: Look): string {
  return sections([
    [
      ...hanging(
        '',
        look.paint.bad(look.paint.strong('Refused before any change: nothing was touched.')),
        look,
      ),
      ...hanging(
        '',
        safeLine(
          `${refusal.service}, ${refusal.environment}, ${refusal.procedure}: return to ${releaseName(refusal.target)}`,
        ),
        look,
      ),
    ],
    refusal.reasons.flatMap((reason) => reasonLines(reason, look)),
    refusal.fine.length === 0
      ? []
      : [
          heading('What is fine', look),
          ...refusal.fine.flatMap((line) => hanging('  - ', brief(line), look)),
        ],
    goOnLines(refusal, goOn, look),
  ])
}

function reasonLines(reason: RefusalReason, look: Look): string[] {
  const place = [reason.step, reason.surface].filter((part) => part !== undefined).join(': ')
  return [
    ...hanging('', `${look.paint.bad(reason.kind)}${place === '' ? '' : `  ${safeLine(place)}`}`, look, 2),
    ...hanging('  ', safeLine(reason.why), look),
    ...(reason.cure === undefined ? [] : hanging('  cure: ', safeLine(reason.cure), look)),
  ]
}

function goOnLines(refusal: Refusal, goOn: string | undefined, look: Look): string[] {
  if (goOn === undefined) return []
  const dropped =
    refusal.alsoDropped.length === 0
      ? ''
      : ` This also leaves out ${refusal.alsoDropped.join(', ')}, which only served it.`
  return [
    ...hanging('', `To go on without it (the result can only be partial):${safeLine(dropped)}`, look),
    `  ${look.paint.strong(safeLine(goOn))}`,
  ]
}
