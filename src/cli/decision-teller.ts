import type { Decision, TriggerVerdict } from '../core/conditions/verdict.ts'
import { formatDuration } from '../core/duration.ts'
import type { Runbook } from '../core/model.ts'
import { hanging } from '../report/layout.ts'
import { hangsOnIt, measuredSoFar } from '../report/question-words.ts'
import { brief } from '../report/safe-text.ts'
import { markOf } from '../report/trigger-text.ts'
import type { DecideOptions } from '../runtime/decide.ts'
import type { Output } from './output.ts'
import { type Waiting, waitingFor } from './ui/waiting.ts'

/** In a log, what only goes on fills no more than a line in so much time; milliseconds. */
const NEWS_EVERY = 60_000

type Teller = { [Key in 'onNews' | 'onQuestion']: NonNullable<DecideOptions[Key]> } & Pick<
  Waiting,
  'hold' | 'stop'
>

/**
 * Tells how the measuring for a decision goes on. At a terminal one line moves, and a line stays for each trigger that is
 * judged in another way than before; a log has those, and a line a minute.
 */
export async function decisionTeller(output: Output, runbook: Runbook, sample: number): Promise<Teller> {
  const look = await output.progressLook()
  const waiting = waitingFor(output, 'measuring what the triggers speak of')
  const told = new Map<string, TriggerVerdict['judged']>()
  let toldAt = -Infinity
  let soFar = ''
  let kept = false
  const keep = (lines: string): void => {
    kept = true
    waiting.keep(lines)
  }
  // That it is well is news only of what was not; that it is not known, only of what held. Whether a sample was lost in
  // between changes nothing of what was told.
  const isNews = ({ id, judged }: TriggerVerdict): boolean => {
    const last = told.get(id)
    const isIt =
      judged === 'holds' ? last !== 'holds' : last !== undefined && last !== 'fails' && last !== judged
    if (isIt) told.set(id, judged)
    return isIt
  }
  const tellChanges = ({ triggers }: Decision): void => {
    const news = triggers.filter(isNews).flatMap(changed)
    if (news.length > 0) keep(news.join('\n'))
  }
  const changed = (trigger: TriggerVerdict): string[] =>
    hanging(`  ${markOf(trigger)} `, brief(`${trigger.id} (${trigger.severity}): ${trigger.words}`), look)

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
      const lines = [measuredSoFar(decision, runbook), hangsOnIt(signal, runbook, decision)]
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
