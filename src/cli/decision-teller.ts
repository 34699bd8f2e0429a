import type { Decision, TriggerVerdict } from '../core/conditions/verdict.ts'
import { formatDuration } from '../core/duration.ts'
import type { Runbook } from '../core/model.ts'
import { hanging } from '../report/layout.ts'
import { hangsOnIt, measuredSoFar } from '../report/question-words.ts'
import { brief } from '../report/safe-text.ts'
import { MARKS } from '../report/trigger-text.ts'
import type { DecideOptions } from '../runtime/decide.ts'
import type { Output } from './output.ts'
import { type Waiting, waitingFor } from './ui/waiting.ts'

/** In a log, what only goes on fills no more than a line in so much time; milliseconds. */
const NEWS_EVERY = 60_000

type Teller = Required<Pick<DecideOptions, 'onNews' | 'onQuestion'>> & Pick<Waiting, 'hold' | 'stop'>

/**
 * Tells how the measuring for a decision goes on. At a terminal one line moves, and a line stays for each trigger that is
 * judged in another way than before; a log has those, and a line a minute.
 */
export async function decisionTeller(output: Output, runbook: Runbook, sample: number): Promise<Teller> {
  const look = await output.progressLook()
  const waiting = waitingFor(output, 'measuring what the triggers speak of')
  let before = new Map<string, TriggerVerdict['judged']>()
  let toldAt = -Infinity
  let soFar = ''
  let kept = false
  const keep = (lines: string): void => {
    kept = true
    waiting.keep(lines)
  }
  const tellChanges = ({ triggers }: Decision): void => {
    const news = triggers.filter(isNews).flatMap(changed)
    if (news.length > 0) keep(news.join('\n'))
    before = new Map(triggers.map(({ id, judged }) => [id, judged]))
  }
  // That what was not measured yet is well is what everybody hopes, and no news.
  const isNews = ({ id, judged }: TriggerVerdict): boolean => {
    const former = before.get(id) ?? 'unknown'
    return former !== judged && (judged !== 'fails' || former !== 'unknown')
  }
  const changed = ({ id, severity, judged, words }: TriggerVerdict): string[] =>
    hanging(`  ${MARKS[judged]} `, brief(`${id} (${severity}): ${words}`), look)

  return {
    hold: waiting.hold,
    stop() {
      waiting.stop()
      // What comes of it stands apart.
      if (kept && output.live) output.progress('')
      kept = false
    },
    onNews(decision, left) {
      if (sample === 0 || output.json) return
      tellChanges(decision)
      const words = progressWords(decision.triggers, left)
      if (output.live) waiting.say(words)
      else if (Date.now() - toldAt >= NEWS_EVERY) {
        output.progress(brief(words))
        toldAt = Date.now()
      }
    },
    onQuestion(signal, decision) {
      const lines = [measuredSoFar(decision), hangsOnIt(signal, runbook, decision)]
      const news = lines[0] === soFar ? lines.slice(1) : lines
      soFar = lines[0] ?? ''
      keep(news.flatMap((text) => hanging('', brief(text), look)).join('\n'))
    },
  }
}

function progressWords(triggers: readonly TriggerVerdict[], left: number): string {
  const time = `${formatDuration(Math.ceil(left / 1000) * 1000)} left`
  return `${time}; ${triggers.map(({ id, words }) => `${id}: ${words}`).join('; ')}`
}
