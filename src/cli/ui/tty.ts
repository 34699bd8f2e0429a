import { formatDuration } from '../../core/duration.ts'
import type { Plan } from '../../core/plan/types.ts'
import type { Judged, Line, RunEvent } from '../../core/run/events.ts'
import { eventWords, PHASE_WORDS } from '../../report/event-words.ts'
import { hanging } from '../../report/layout.ts'
import type { Look, Paint } from '../../report/look.ts'
import { brief } from '../../report/safe-text.ts'
import type { Output } from '../output.ts'
import type { Renderer } from './renderer.ts'
import { createSpinner } from './spinner.ts'

/** A spinner for what is under way, and a line that stays for what is over. */
export function createTtyRenderer(output: Output, first: Plan, look: Look): Omit<Renderer, 'hold'> {
  /** Steps under way, with the time of their start. */
  const running = new Map<string, number>()
  let phase = { words: '', at: Date.now() }
  let detail = ''
  let plan = first
  const spinner = createSpinner(output, look, () => startOf(running, phase.at))

  return {
    follow(next) {
      plan = next
    },
    line(line) {
      track(line)
      const kept = keptLines(line, plan, look, running)
      if (kept.length > 0) {
        spinner.stop()
        for (const text of kept) output.progress(text)
      }
      endTracking(line.event)
      if (ENDS.has(line.event.type)) spinner.stop()
      else show()
    },
    news(text) {
      detail = text
      show()
    },
    stop: () => spinner.stop(),
  }

  function track({ at, event }: Line): void {
    if (event.type === 'phase-started') phase = { words: PHASE_WORDS[event.phase], at }
    if (event.type === 'bake-started') phase = { words: 'watch', at }
    if (event.type === 'step-started') running.set(event.step, at)
    detail = detailOf(event, plan) ?? detail
  }

  function endTracking(event: RunEvent): void {
    if (event.type !== 'step-ended') return
    running.delete(event.step)
    detail = ''
  }

  function show(): void {
    const doing = detail === '' ? [...running.keys()].join(', ') || phase.words : detail
    spinner.show(doing)
  }
}

function startOf(running: Map<string, number>, phaseStart: number): number {
  return running.size === 0 ? phaseStart : Math.min(...running.values())
}

/** After these nothing is under way. */
const ENDS = new Set<RunEvent['type']>(['run-ended', 'bake-stopped', 'bake-ended'])

/** Events that tell what is being done at the moment. */
const DETAILS = new Set<RunEvent['type']>(['step-started', 'intent', 'observed'])

/** What the spinner says after this event; undefined leaves it as it is. */
function detailOf(event: RunEvent, plan: Plan): string | undefined {
  if (event.type === 'phase-started' || event.type === 'bake-started') return ''
  const tells = DETAILS.has(event.type) || (event.type === 'outcome' && event.ok)
  return tells ? eventWords(event, plan) : undefined
}

/** Events that leave a line with this mark. */
const MARKS: Partial<Record<RunEvent['type'], (paint: Paint) => string>> = {
  answer: () => '-',
  'fallback-chosen': (paint) => paint.warn('~'),
  'deadline-passed': (paint) => paint.warn('~'),
  interrupted: (paint) => paint.warn('~'),
}

/** What stays on the screen: results, failures, answers; not every look. */
function keptLines({ at, event }: Line, plan: Plan, look: Look, running: Map<string, number>): string[] {
  const { paint } = look
  const words = brief(eventWords(event, plan))
  const marked = (mark: string, text = words): string[] => hanging(`  ${mark} `, text, look)
  if (event.type === 'bake-started') return [paint.strong('Watch')]
  if (event.type === 'phase-started') return [paint.strong(capital(PHASE_WORDS[event.phase]))]
  if (event.type === 'outcome') return event.ok ? [] : marked(paint.warn('~'))
  if (event.type === 'step-ended') {
    const since = running.get(event.step)
    // Not known where another process has begun it.
    const took = since === undefined ? '' : ` ${paint.faint(formatDuration(at - since))}`
    return marked(stepMark(event.result, paint), `${words}${took}`)
  }
  if ('verdict' in event) return marked(judgedMark(event.verdict, paint))
  const mark = MARKS[event.type]
  return mark === undefined ? [] : marked(mark(paint))
}

function stepMark(result: 'done' | 'skipped' | 'failed', paint: Paint): string {
  if (result === 'failed') return paint.bad('✗')
  return result === 'done' ? paint.good('✓') : paint.faint('-')
}

function judgedMark(verdict: Judged, paint: Paint): string {
  if (verdict === 'holds') return paint.good('✓')
  return verdict === 'fails' ? paint.bad('✗') : paint.warn('?')
}

function capital(text: string): string {
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}`
}
