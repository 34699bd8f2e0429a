import type { Check } from '../contract.ts'
import type { Candidate } from '../release.ts'
import type { Judged } from '../run/events.ts'

/** The readiness check of any day: what can be known without a target. */
export interface Readiness {
  service: string
  environment: string
  procedure: string
  surfaces: {
    step: string
    /** Its id; what the step uses, where the options or a secret do not even say which surfaces are meant. */
    surface: string
    type: string
    live: string
    state: 'ready' | 'missing' | 'denied' | 'unknown' | 'busy' | 'owned'
    why?: string | undefined
    cure?: string | undefined
    /** Absent: nothing is known that this surface could be returned to, so that nothing was tried. */
    trial?: Trial | undefined
  }[]
  calls: {
    step: string
    uses: string
    /** `unasked`: it has no check, or one that needs a target, and no candidate is known. */
    state: 'ready' | 'unasked' | 'missing' | 'denied' | 'unknown'
    checks?: Check[] | undefined
    why?: string | undefined
    cure?: string | undefined
  }[]
  secrets: { name: string; from: string; state: 'ready' | 'missing'; why?: string | undefined }[]
  signals: { name: string; value: string; state: 'measured' | 'failing' | 'unknown' }[]
  /** `untried`: it speaks of the version to return to. */
  guards: {
    guard: string
    condition: string
    state: Judged | 'untried'
    words: string
    note?: string | undefined
  }[]
  /** What a person is asked on the way, with the name that answers it: `--answer sure=yes`. */
  questions: {
    answer: string
    question: string
    /** What has to be answered for it to go on, where that is one thing. */
    expects?: string | undefined
    asked: 'before the change' | 'on the way' | 'for the verdict' | 'for the proof' | 'at the end of the bake'
  }[]
  /** Last proven first, the live one marked. */
  candidates: Candidate[]
  /** Why there may be more candidates than these. */
  candidatesUnread?: { why: string; cure?: string | undefined } | undefined
}

/** What a rollback of one surface to one candidate would meet, asked without changing anything. */
export interface Trial {
  /** The version it was asked for. */
  candidate: string
  /** `possible` as far as the checks go. */
  state: 'possible' | 'missing' | 'denied' | 'unknown'
  checks: Check[]
  why?: string | undefined
  cure?: string | undefined
}
