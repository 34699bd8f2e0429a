import type { Plan } from '../../core/plan/types.ts'
import { eventWords } from '../../report/event-words.ts'
import { brief } from '../../report/safe-text.ts'
import type { Output } from '../output.ts'
import type { Renderer } from './renderer.ts'

/** What is only waited for fills no log. */
const NEWS_EVERY_MS = 10_000

/** One line an event, with the time: for CI logs and files; the latest news when they have changed. */
export function createPlainRenderer(output: Output, first: Plan): Omit<Renderer, 'hold'> {
  let plan = first
  let latest = ''
  let said = ''
  let saidAt = 0
  // News come only when they change: what came too early is said later.
  let timer: NodeJS.Timeout | undefined

  return {
    follow(next) {
      plan = next
    },
    line({ at, event }) {
      forget()
      print(at, eventWords(event, plan))
    },
    news(text) {
      latest = text
      timer ??= setTimeout(sayLatest, Math.max(0, saidAt + NEWS_EVERY_MS - Date.now())).unref()
    },
    stop: forget,
  }

  function sayLatest(): void {
    timer = undefined
    if (latest === said) return
    said = latest
    saidAt = Date.now()
    print(saidAt, latest)
  }

  /** The journal says more than what was waited for before it. */
  function forget(): void {
    clearTimeout(timer)
    timer = undefined
  }

  function print(at: number, text: string): void {
    const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
    output.progress(`${time}  ${brief(text)}`)
  }
}
