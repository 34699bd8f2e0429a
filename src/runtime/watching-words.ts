import { formatDuration } from '../core/duration.ts'
import type { Demand } from './demands.ts'

// What is told of a bake while it is watched; times in milliseconds.

export function leftWords(left: number): string {
  return `${inSeconds(Math.max(0, left))} left`
}

/** `settling`: how long nothing is judged yet; absent: it is judged. */
export function watchingWords(measured: readonly Demand[], settling: number | undefined): string {
  const when = settling === undefined ? '' : `not judged for another ${inSeconds(settling)}; `
  return (
    when + measured.map(({ condition, judgement }) => `${condition.signal}: ${judgement.words}`).join('; ')
  )
}

function inSeconds(time: number): string {
  return formatDuration(Math.ceil(time / 1000) * 1000)
}
