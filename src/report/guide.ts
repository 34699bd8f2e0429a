import { formatDuration } from '../core/duration.ts'
import type { Procedure, Runbook } from '../core/model.ts'
import { hanging, heading } from './layout.ts'
import type { Look } from './look.ts'
import { safeLine } from './safe-text.ts'

/** What the author of a procedure tells whoever uses it at night. */
export type Guide = Pick<Procedure, 'useWhen' | 'takes' | 'notes' | 'links'> & Pick<Runbook, 'maxDowntime'>

/** Only these of a whole procedure, and of its runbook how long it may last. */
export function guideOf(
  { useWhen, takes, notes, links }: Procedure,
  { maxDowntime }: Pick<Runbook, 'maxDowntime'>,
): Guide {
  return { useWhen, takes, notes, links, maxDowntime }
}

/** A runbook's notes may be a book: the rest is in the file. */
const LONGEST_NOTES = 40
const MOST_LINKS = 12

/** For the top: whether this is the right procedure, and how long it takes. */
export function guideFacts({
  useWhen,
  takes,
  maxDowntime,
}: Guide): [name: string, value: string | undefined][] {
  return [
    ['  Use when', useWhen === undefined ? undefined : safeLine(useWhen.trim())],
    ['  Estimate', takes === undefined ? undefined : formatDuration(takes)],
    ['  Downtime', maxDowntime === undefined ? undefined : downtimeWords(maxDowntime)],
  ]
}

/** `critical 5m 00s, high 15m 00s at most`. */
function downtimeWords(allowed: NonNullable<Guide['maxDowntime']>): string {
  const times = Object.entries(allowed).flatMap(([severity, time]) =>
    time === undefined ? [] : `${severity} ${formatDuration(time)}`,
  )
  return `${times.join(', ')} at most`
}

export function noteLines({ notes }: Guide, look: Look): string[] {
  if (notes === undefined || notes.trim() === '') return []
  const lines = notes.trim().split('\n')
  const more = lines.length - LONGEST_NOTES
  return [
    heading('Notes', look),
    ...lines.slice(0, LONGEST_NOTES).flatMap((line) => hanging('  ', safeLine(line.trimEnd()), look)),
    ...(more > 0 ? [`  … ${more} more lines in the runbook`] : []),
  ].map((line) => line.trimEnd())
}

/** Each on a line of its own, whole: to be opened. */
export function linkLines({ links = [] }: Guide, look: Look): string[] {
  if (links.length === 0) return []
  const more = links.length - MOST_LINKS
  return [
    heading('Links', look),
    ...links.slice(0, MOST_LINKS).map((link) => `  ${safeLine(link)}`),
    ...(more > 0 ? [`  … ${more} more in the runbook`] : []),
  ]
}
