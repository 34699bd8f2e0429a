// Chance that can be had again: every case has a source of its own, made of the seed, its kind and its number.

export interface Random {
  /** From 0 to below 1. */
  unit(): number
  /** A whole number from 0 to below `below`. */
  below(below: number): number
  pick<T>(from: readonly T[]): T
  /** True once in `times`. */
  oneIn(times: number): boolean
}

export function randomOf(...parts: (string | number)[]): Random {
  let state = hash(parts.join('/'))
  // mulberry32
  function unit(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  function below(limit: number): number {
    return Math.floor(unit() * limit)
  }
  return {
    unit,
    below,
    pick(from) {
      const one = from[below(from.length)]
      if (one === undefined) throw new Error('nothing to choose from')
      return one
    },
    oneIn: (times) => below(times) === 0,
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}
