import type { Candidate } from '../release.ts'

/** The readiness check of any day: what can be known without a target. */
export interface Readiness {
  service: string
  environment: string
  procedure: string
  surfaces: {
    step: string
    surface: string
    type: string
    live: string
    state: 'ready' | 'missing' | 'denied' | 'unknown' | 'busy' | 'owned'
    why?: string | undefined
    cure?: string | undefined
  }[]
  calls: {
    step: string
    uses: string
    state: 'ready' | 'missing' | 'denied' | 'unknown'
    why?: string | undefined
    cure?: string | undefined
  }[]
  secrets: { name: string; from: string; state: 'ready' | 'missing'; why?: string | undefined }[]
  signals: { name: string; value: string; state: 'measured' | 'failing' | 'unknown' }[]
  /** Last proven first, the live one marked. */
  candidates: Candidate[]
}
