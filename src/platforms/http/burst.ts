import type { ReadDoor } from '../../core/doors.ts'
import type { Measurement, Sample } from '../../core/source.ts'
import { type Rank, ranked } from './rank.ts'

// Several requests for one measurement.

/** For all of a measurement, in milliseconds: sooner than those give up who wait 5 s for one. */
export const WHOLE = 4500
/** From the first request to the last, so that the last has time for its answer. */
export const LONGEST_BURST = 4000
export const SPACING = 100

interface Burst {
  requests: number
  spacing?: number | undefined
}

/**
 * They begin by the clock and not when the one before has been answered: else a service that hangs would be asked less
 * often just then, and look better than it is.
 */
export async function inBurst(
  { requests, spacing = SPACING }: Burst,
  read: ReadDoor,
  probe: (left: number) => Promise<Measurement>,
): Promise<Measurement> {
  const taken = await Promise.all(
    Array.from({ length: requests }, async (_, index) => {
      const begin = index * spacing
      if (begin > 0) await read.sleep(begin)
      return probe(WHOLE - begin)
    }),
  )
  const samples: Sample[] = []
  for (const one of taken) {
    if (one.kind !== 'samples') return one
    samples.push(...one.samples)
  }
  return { kind: 'samples', samples: apart(samples) }
}

/** Oldest first. Of two that say the same moment only one would count. */
function apart(samples: readonly Sample[]): Sample[] {
  let last = -Infinity
  return samples
    .toSorted((a, b) => a.at - b.at)
    .map((sample) => {
      last = Math.max(sample.at, last + 1)
      return { ...sample, at: last }
    })
}

/** The one of them that has this rank. A request without a good answer has taken longer than any that has one. */
export function ofRank(measured: Measurement, rank: Rank): Measurement {
  if (measured.kind !== 'samples') return measured
  const time = ({ value, failing }: Sample): number => (failing === undefined ? Number(value) : Infinity)
  const sorted = measured.samples.toSorted((a, b) => (time(a) < time(b) ? -1 : time(a) > time(b) ? 1 : 0))
  const chosen = ranked(sorted, rank)
  const at = measured.samples.at(-1)?.at
  if (chosen === undefined || at === undefined) return measured
  const bad = sorted.filter(({ failing }) => failing !== undefined).length
  const failing =
    chosen.failing === undefined ? undefined : `${chosen.failing} (${bad} of ${sorted.length} requests fail)`
  return { kind: 'samples', samples: [{ ...chosen, at, ...(failing === undefined ? {} : { failing }) }] }
}
