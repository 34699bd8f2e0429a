import type { CommandResult, Measurement, ReadDoor, Sample, Source } from '../../core/contract.ts'
import { clean, scalarAt } from '../http/answer.ts'
import { commandOf, endingOf, programOf } from './options.ts'
import { measureOptions, type MeasureOptions } from './source-options.ts'

const TIMEOUT = 5000

/** A command that only looks: a smoke test, a query. */
export const command: Source<MeasureOptions> = {
  summary: 'Run a command that only looks: its exit code, or a value that it prints',
  options: measureOptions,
  measure,
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
