import { sha256, canonical } from '../../../src/core/json.ts'
import type { Line } from '../../../src/core/run/events.ts'
import { parseJournal } from '../../../src/runtime/journal.ts'
import type { Kind } from '../kind.ts'
import { mutateJson, mutateText } from '../mutate.ts'
import { JOURNALS, PLANS } from '../plans.ts'
import { requireProblem } from '../properties.ts'
import type { Random } from '../random.ts'
import { reportAll } from '../report-all.ts'

interface Case {
  /** Which of the plans it belongs to. */
  plan: number
  /** Its segments, the first one first. */
  segments: string[]
}

/** Journals that somebody has edited, most of them with checksums that fit again. */
export const journals: Kind = {
  generate(random) {
    const plan = random.below(PLANS.length)
    const lines = random.pick(JOURNALS[plan] ?? [])
    const cut = random.oneIn(3) ? random.below(lines.length + 1) : lines.length
    const [first, second] = [lines.slice(0, cut), lines.slice(cut)]
    const segments = [spoilt(first, '', 0, random)]
    if (second.length > 0) segments.push(spoilt(second, lastSum(first), cut, random))
    return JSON.stringify({ plan, segments } satisfies Case)
  },

  run(input) {
    const { plan: index, segments } = JSON.parse(input) as Case
    const plan = PLANS[index]
    if (plan === undefined) throw new Error('no such plan')
    let lines: Line[]
    try {
      ;({ lines } = parseJournal(segments.map((text) => ({ place: 'events.jsonl', text }))))
    } catch (error) {
      const { message } = requireProblem(error)
      if (!message.includes('events.jsonl'))
        throw new Error('a refusal that does not name the file', { cause: error })
      return Promise.resolve()
    }
    reportAll(plan, lines)
    return Promise.resolve()
  },
}

function edited(lines: readonly Line[], random: Random): unknown[] {
  const copy: unknown[] = lines.map(({ at, event }) => ({ at, event }))
  for (let times = 1 + random.below(3); times > 0 && copy.length > 0; times--) {
    const at = random.below(copy.length)
    switch (random.below(5)) {
      case 0:
        copy.splice(at, 1)
        break
      case 1:
        copy.splice(random.below(copy.length), 0, copy[at])
        break
      default:
        copy[at] = mutateJson(copy[at], random)
    }
  }
  return copy
}

/** Damaged, or edited by somebody who has made the checksums fit again. */
function spoilt(lines: readonly Line[], sum: string, before: number, random: Random): string {
  return random.oneIn(4)
    ? mutateText(chained(lines, sum, before), random)
    : chained(edited(lines, random), sum, before)
}

function lastSum(lines: readonly Line[]): string {
  const last = chained(lines).trimEnd().split('\n').at(-1) ?? ''
  return last === '' ? '' : (JSON.parse(last) as { sum: string }).sum
}

/** As the journal writes them: numbered, and each line with the checksum of all before it. */
function chained(lines: readonly unknown[], former = '', before = 0): string {
  let sum = former
  return lines
    .map((line, index) => {
      const { at, event } = (line ?? {}) as Partial<Line>
      const numbered = { n: before + index + 1, at, event }
      sum = sha256(`${sum}\n${canonical(numbered)}`).slice('sha256:'.length, 'sha256:'.length + 16)
      return `${JSON.stringify({ ...numbered, sum })}\n`
    })
    .join('')
}
