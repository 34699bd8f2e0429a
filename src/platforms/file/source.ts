import type { ReadDoor } from '../../core/doors.ts'
import type { Measurement, SampleValue, Source } from '../../core/source.ts'
import { formatDuration } from '../../core/duration.ts'
import { clean, scalarAt } from '../http/answer.ts'
import { fileOptions, type FileOptions } from './options.ts'

/** What a step of CI has measured is about this pipeline, and not about the one of last week. */
const FRESH = 10 * 60_000

/** So far clocks of machines that share a file may be apart, in milliseconds. */
const CLOCKS = 2000

/** Reads what somebody else has measured. What is wrong with the file says nothing about the service. */
export const file: Source<FileOptions> = {
  summary: 'Read a value from a file: a number, text, or a place in its JSON',
  options: fileOptions,
  measure,
}

/**
 * The sample is as old as the file: reading it again measures nothing anew, and three readings of one file are not three
 * in a row.
 */
async function measure(options: FileOptions, read: ReadDoor): Promise<Measurement> {
  const { path, fresh = FRESH } = options
  // Before its text: of a file that is replaced in between, the text may be newer than the time, and never older.
  const written = await read.written(path)
  const text = await read.file(path)
  if (written === undefined || text === undefined)
    return { kind: 'no-data', why: `there is no file ${path}: let the step that measures write it` }
  const at = Math.round(written)
  const age = read.now() - at
  // With a time that comes nearer at each reading, one file would be many samples.
  if (age < -CLOCKS)
    return {
      kind: 'unreachable',
      why: `${path} says that it will be written in ${formatDuration(-age)}: clocks differ`,
    }
  if (age > fresh)
    return {
      kind: 'no-data',
      why: `${path} was written ${formatDuration(age)} ago, and counts for ${formatDuration(fresh)}`,
    }
  const found = valueIn(options, text)
  if (typeof found === 'object' && found !== null) return found
  return { kind: 'samples', samples: [{ at, value: found }] }
}

function valueIn({ path, as, json }: FileOptions, text: string): SampleValue | Measurement {
  const content = text.trim()
  if (content === '') return { kind: 'no-data', why: `${path} is empty` }
  if (as === 'text') return clean(content)
  if (as === 'number') return numberIn(content) ?? unreadable(`${path} is no number: ${clean(content)}`)
  const found = scalarAt(json ?? '$', { body: new TextEncoder().encode(text) }, path)
  if ('failing' in found) return unreadable(found.failing)
  return found.value ?? { kind: 'no-data', why: `${path} has null at ${json}` }
}

function numberIn(text: string): number | undefined {
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

function unreadable(why: string): Measurement {
  return { kind: 'unreachable', why }
}
