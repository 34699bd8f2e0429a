import ora from 'ora'

import { formatDuration } from '../../core/duration.ts'
import type { Plan } from '../../core/plan/types.ts'
import type { Judged, Line, RunEvent } from '../../core/run/events.ts'
import { eventWords, PHASE_WORDS } from '../../report/event-words.ts'
import { hanging } from '../../report/layout.ts'
import type { Look, Paint } from '../../report/look.ts'
import { safeLine } from '../../report/safe-text.ts'
import type { Output } from '../output.ts'
import type { Renderer } from './renderer.ts'

/** A spinner for what is under way, and a line that stays for what is over. */
export function createTtyRenderer(output: Output, plan: Plan, look: Look): Renderer {
  // stdin stays as it is: Ctrl-C must reach the process as a signal.
  const spinner = ora({ stream: process.stderr, discardStdin: false, color: 'cyan' })
  /** Steps under way, with the time of their start. */
  const running = new Map<string, number>()
  let phase = { words: '', at: Date.now() }
  let detail = ''
  spinner.suffixText = () => look.paint.faint(elapsed(startOf(running, phase.at)))

  return {
    line(line) {
      track(line)
      const kept = keptLines(line, plan, look, running)
      if (kept.length > 0) {
        spinner.stop()
        for (const text of kept) output.progress(text)
      }
      endTracking(line.event)
      if (line.event.type === 'run-ended') spinner.stop()
      else show()
    },
    news(text) {
      detail = text
      show()
    },
    pause: () => void spinner.stop(),
    stop: () => void spinner.stop(),
  }

  function track({ at, event }: Line): void {
    if (event.type === 'phase-started') phase = { words: PHASE_WORDS[event.phase], at }
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
    spinner.text = output.redact(cut(safeLine(doing), look.width - SPINNER_COLUMNS))
    if (!spinner.isSpinning) spinner.start()
  }
}

/** The spinner itself, and the elapsed time behind the text. */
const SPINNER_COLUMNS = 14

function startOf(running: Map<string, number>, phaseStart: number): number {
  return running.size === 0 ? phaseStart : Math.min(...running.values())
}

function elapsed(since: number): string {
  return formatDuration(Math.max(0, Math.floor((Date.now() - since) / 1000) * 1000))
}

/** What the spinner says after this event; undefined leaves it as it is. */
function detailOf(event: RunEvent, plan: Plan): string | undefined {
  switch (event.type) {
    case 'phase-started':
      return ''
    case 'step-started':
    case 'intent':
    case 'observed':
      return eventWords(event, plan)
    case 'outcome':
      return event.ok ? eventWords(event, plan) : undefined
    default:
      return undefined
  }
}

/** What stays on the screen: results, failures, answers; not every look. */
function keptLines(line: Line, plan: Plan, look: Look, running: Map<string, number>): string[] {
  const { event, at } = line
  const { paint } = look
  const words = safeLine(eventWords(event, plan))
  switch (event.type) {
    case 'phase-started':
      return [paint.strong(capital(PHASE_WORDS[event.phase]))]
    case 'evidence':
    case 'answer':
    case 'question':
      return hanging('  - ', words, look)
    case 'outcome':
      return event.ok ? [] : hanging(`  ${paint.warn('~')} `, words, look)
    case 'fallback-chosen':
    case 'deadline-passed':
    case 'interrupted':
      return hanging(`  ${paint.warn('~')} `, words, look)
    case 'step-ended': {
      const took = paint.faint(` ${formatDuration(at - (running.get(event.step) ?? at))}`)
      return hanging(`  ${stepMark(event.result, paint)} `, words + took, look)
    }
    case 'step-verified':
    case 'condition-judged':
    case 'surface-proven':
    case 'proof':
      return hanging(`  ${judgedMark(event.verdict, paint)} `, words, look)
    default:
      return []
  }
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

function cut(text: string, width: number): string {
  const characters = [...text]
  return characters.length <= width ? text : `${characters.slice(0, Math.max(1, width - 1)).join('')}…`
}
