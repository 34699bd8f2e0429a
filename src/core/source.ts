import type { ReadDoor } from './doors.ts'
import type { SignalDef, Together } from './model.ts'
import type { Schema } from './schema.ts'

// What can be measured, and how it is asked. Every member says its unit and its errors.

export type Measurement =
  /** Oldest first. */
  | ({ kind: 'samples'; samples: Sample[] } & Told)
  /** Several at once, kept apart: each is judged by itself, over its own time. */
  | ({ kind: 'series'; judged: Together; series: SampledSeries[] } & Told)
  | ({ kind: 'no-data'; why: string } & Told)
  | { kind: 'unreachable'; why: string }

/** Of a history. */
export interface Told {
  /** It tells everything since then, in milliseconds since the epoch: a history. Absent: only what is now. */
  from?: number | undefined
  /** Milliseconds between two samples of it, where they are further apart than was asked for: of a long time. */
  every?: number | undefined
}

/** One of several things that a source measures under one name: a region, a pod. */
export interface SampledSeries {
  /** What tells it from the others; the same whenever it is measured. */
  labels: Readonly<Record<string, string>>
  /** Oldest first; none where there is no value, such as 0 / 0. */
  samples: Sample[]
}

/** What of the past is wanted, where a source keeps one; the others measure now. */
export interface Period {
  /** Milliseconds before now from which on samples are wanted; absent: only now. */
  history?: number | undefined
  /** Milliseconds between two of them. */
  every?: number | undefined
  /** So many milliseconds ago instead of now: a baseline. */
  offset?: number | undefined
}

export interface Sample {
  /** Milliseconds since the epoch. */
  at: number
  value: SampleValue
  /** For a probe: a failing sample (refused, timed out, 5xx, an expectation that does not hold), with the reason. */
  failing?: string | undefined
}

export type SampleValue = string | number | boolean | null

export interface Source<Options> {
  summary: string
  options: Schema<Options>
  /** Whether it can be asked about the past; else it is sampled. */
  keepsHistory?: boolean | undefined
  /** Where only a person knows it: `measure` then has nothing to tell by itself. */
  person?: PersonKnows<Options> | undefined
  measure(options: Options, read: ReadDoor, period?: Period): Promise<Measurement>
  /**
   * All that it answers, for the record, of a long text not more than so many bytes; absent where what it measures is all
   * there is. Throws a Problem where there is no answer.
   */
  capture?(options: Options, read: ReadDoor, limit: number): Promise<Captured>
}

/** A text of somebody else: it may hold anything, secrets included. */
export interface Captured {
  /** Where its beginning was dropped, it starts with a whole line. */
  text: string
  /** Bytes that were dropped. */
  dropped: number
  /** What is to be known about it: `exit code 1`. */
  note?: string | undefined
}

/** What a person is asked, and what an answer means. */
export interface PersonKnows<Options> {
  question(options: Options): string
  /** What can be answered, for people: words to be typed, or what they stand for. */
  answers(options: Options): readonly string[]
  /** Milliseconds that an answer counts. */
  expires(options: Options): number
  /** In the signal's unit; or why the text is no answer. */
  value(options: Options, answer: string, unit: SignalDef['unit']): SampleValue | { why: string }
}
