import type { Plan } from '../../core/plan/types.ts'
import { eventWords } from '../../report/event-words.ts'
import { brief } from '../../report/safe-text.ts'
import type { Output } from '../output.ts'
import type { Renderer } from './renderer.ts'

/** What is only waited for fills no log. */
const NEWS_EVERY_MS = 10_000

/** One line an event, with the time: for CI logs and files; news when they have changed. */
export function createPlainRenderer(output: Output, first: Plan): Renderer {
  let plan = first
  let said = ''
  let saidAt = 0
  return {
    follow(next) {
      plan = next
    },
    line: ({ at, event }) => print(at, eventWords(event, plan)),
    news(text) {
      const now = Date.now()
      if (text === said || now - saidAt < NEWS_EVERY_MS) return
      said = text
      saidAt = now
      print(now, text)
    },
    pause() {},
    stop() {},
  }
  function print(at: number, text: string): void {
    const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
    output.progress(`${time}  ${brief(text)}`)
  }
}
