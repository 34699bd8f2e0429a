import type { CommandResult, ReadDoor } from '../../core/doors.ts'
import type { Captured, Measurement, Sample, Source } from '../../core/source.ts'
import { Problem } from '../../core/problem.ts'
import { clean, scalarAt } from '../http/answer.ts'
import { commandOf, endingOf, programOf } from './options.ts'
import { measureOptions, type MeasureOptions } from './source-options.ts'

const TIMEOUT = 5000

/** A command that only looks: a smoke test, a query. */
export const command: Source<MeasureOptions> = {
  summary: 'Run a command that only looks: its exit code, or a value that it prints',
  options: measureOptions,
  measure,
  capture,
}

async function measure(options: MeasureOptions, read: ReadDoor): Promise<Measurement> {
  const done = await read.look({ ...commandOf(options), timeout: options.timeout ?? TIMEOUT })
  if (!done.started || done.cut === 'interrupted')
    return { kind: 'unreachable', why: `${programOf(options)}: ${done.ended}` }
  return { kind: 'samples', samples: [{ at: read.now(), ...judge(options, done) }] }
}

function judge({ stdout, json }: MeasureOptions, done: CommandResult): Omit<Sample, 'at'> {
  if (done.exitCode !== 0) {
    const { how, said } = endingOf(done)
    const value = stdout === undefined ? (done.exitCode ?? null) : null
    return { value, failing: said === undefined ? how : `${how}: ${said}` }
  }
  const text = done.stdout.trim()
  switch (stdout) {
    case undefined:
      return { value: 0 }
    case 'text':
      return { value: clean(text) }
    case 'number':
      return numberIn(text)
    case 'json':
      return fromJson(json ?? '$', done)
  }
}

function fromJson(path: string, { stdout }: CommandResult): Omit<Sample, 'at'> {
  const found = scalarAt(path, { body: new TextEncoder().encode(stdout) })
  return 'failing' in found ? { value: null, failing: found.failing } : found
}

function numberIn(text: string): Omit<Sample, 'at'> {
  const value = Number(text)
  if (text !== '' && Number.isFinite(value)) return { value }
  return { value: null, failing: `it did not print a number: ${text === '' ? 'nothing' : clean(text)}` }
}

/** The end of both its outputs: what a log said last is what was the matter. */
async function capture(options: MeasureOptions, read: ReadDoor, limit: number): Promise<Captured> {
  const each = limit / 2
  const done = await read.look({ ...commandOf(options), limit: each })
  if (!done.started)
    throw new Problem({
      code: 'not-started',
      message: `${programOf(options)}: ${done.ended ?? 'not started'}`,
    })
  const stdout = wholeLines(done.stdout, each, done.dropped)
  const stderr = wholeLines(done.stderr, each, done.dropped)
  const left = Buffer.byteLength(done.stdout + done.stderr) - Buffer.byteLength(stdout + stderr)
  const isLost = (done.stdout !== '' && stdout === '') || (done.stderr !== '' && stderr === '')
  const notes = [
    ...(done.exitCode === 0 ? [] : [done.ended ?? `exit code ${done.exitCode}`]),
    ...(isLost ? [`a line of more than ${each} bytes is left out: its rest may begin within a secret`] : []),
  ]
  return {
    text: stderr === '' ? stdout : `${stdout}\n--- stderr ---\n${stderr}`,
    dropped: done.dropped + left,
    note: notes.length === 0 ? undefined : notes.join('; '),
  }
}

/** What was cut in the middle of a line may begin with the rest of a secret, which nobody would recognise. */
function wholeLines(text: string, limit: number, dropped: number): string {
  // A character that was cut off leaves up to three bytes less.
  if (dropped === 0 || Buffer.byteLength(text) < limit - 3) return text
  const end = text.indexOf('\n')
  return end === -1 ? '' : text.slice(end + 1)
}
