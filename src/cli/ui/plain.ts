import type { Plan } from '../../core/plan/types.ts'
import { eventWords } from '../../report/event-words.ts'
import { brief } from '../../report/safe-text.ts'
import type { Output } from '../output.ts'
import type { Renderer } from './renderer.ts'

/** One line an event, with the time: for CI logs and files. */
export function createPlainRenderer(output: Output, first: Plan): Renderer {
  let plan = first
  return {
    follow(next) {
      plan = next
    },
    line({ at, event }) {
      const time = new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
      output.progress(`${time}  ${brief(eventWords(event, plan))}`)
    },
    news() {},
    pause() {},
    stop() {},
  }
}
