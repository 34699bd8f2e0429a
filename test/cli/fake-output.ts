import type { Output } from '../../src/cli/output.ts'
import type { Look } from '../../src/report/look.ts'

/** A log: nobody can be asked there, and nothing moves. */
export function fakeOutput(look: Look): Output & { told: string[] } {
  const told: string[] = []
  return {
    told,
    json: false,
    interactive: false,
    live: false,
    redactWith() {},
    redact: (text) => text,
    result: (text) => void told.push(text),
    progress: (text) => void told.push(text),
    document() {},
    printJson() {},
    resultLook: async () => look,
    progressLook: async () => look,
  }
}
