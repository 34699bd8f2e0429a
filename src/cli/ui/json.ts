import type { Output } from '../output.ts'
import type { Renderer } from './renderer.ts'

/** NDJSON: every line of the journal as it is written. News are not part of the record and are left out. */
export function createJsonRenderer(output: Output): Omit<Renderer, 'hold'> {
  return {
    follow: (plan) => output.document({ type: 'plan', plan }),
    line: (line) => output.document({ type: 'event', ...line }),
    news() {},
    stop() {},
  }
}
