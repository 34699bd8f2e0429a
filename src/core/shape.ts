import { isPlainObject, type Json, type JsonObject } from './json.ts'

// Shapes of our own documents, for reading back what somebody may have edited. No library: these are read by commands that
// must start at once. The types keep a shape and what it is the shape of together: a member without one does not compile.

type Check = (value: unknown) => string | undefined

/** Says what does not fit, behind the place where it is: `.steps[0].id is not text`; undefined when all fits. */
export interface Shape<T> {
  (value: unknown): string | undefined
  /** Never there: ties the shape to its type, in both directions. */
  readonly of?: (value: T) => T
}

/** What does not fit, as a sentence. */
export function misfit(check: Check, value: unknown, name: string): string | undefined {
  const found = check(value)
  if (found === undefined) return undefined
  return found.startsWith('.') ? found.slice(1) : `${name}${found}`
}

export const text: Shape<string> = (value) => (typeof value === 'string' ? undefined : ' is not text')

export const truth: Shape<boolean> = (value) =>
  typeof value === 'boolean' ? undefined : ' is not true or false'

/** Milliseconds: of a duration, or since the epoch. The most is what a date can hold. */
export const milliseconds: Shape<number> = (value) =>
  typeof value === 'number' && value >= 0 && value <= 8.64e15 ? undefined : ' is not a number of milliseconds'

export const count: Shape<number> = (value) =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : ' is not a whole number'

/** Text by which something is looked up; `constructor` would be found in every object. */
export const key: Shape<string> = (value) =>
  typeof value === 'string' && value !== '' && !(value in Object.prototype) ? undefined : ' is not a name'

export const anyJson: Shape<Json> = (value) => (value === undefined ? ' is missing' : undefined)

export const anyMap: Shape<JsonObject> = (value) => (isPlainObject(value) ? undefined : ' is not a map')

export function only<const T extends string | number | boolean>(...values: readonly T[]): Shape<T> {
  return (value) =>
    values.some((one) => one === value)
      ? undefined
      : ` is not ${values.map((one) => JSON.stringify(one)).join(' or ')}`
}

export function maybe<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined ? undefined : shape(value))
}

export function list<T>(shape: Shape<T>): Shape<T[]> {
  return (value) => {
    if (!Array.isArray(value)) return ' is not a list'
    for (const [index, member] of value.entries()) {
      const found = shape(member)
      if (found !== undefined) return `[${index}]${found}`
    }
    return undefined
  }
}

/** A map with names of somebody's choice. */
export function named<T>(shape: Shape<T>): Shape<Record<string, T>> {
  return (value) => {
    if (!isPlainObject(value)) return ' is not a map'
    for (const [name, member] of Object.entries(value)) {
      const found = key(name) ?? shape(member)
      if (found !== undefined) return `.${name}${found}`
    }
    return undefined
  }
}

/** Every member has a shape; what else is there is ignored. */
export function object<T extends object>(members: { [Name in keyof T]-?: Shape<T[Name]> }): Shape<T> {
  const checks = Object.entries<Check>(members)
  return (value) => {
    if (!isPlainObject(value)) return ' is not a map'
    for (const [name, check] of checks) {
      const found = check(Object.hasOwn(value, name) ? value[name] : undefined)
      if (found !== undefined) return `.${name}${found}`
    }
    return undefined
  }
}

/** What the first of them says, when none fits. */
export function oneOf<const T extends readonly unknown[]>(
  ...shapes: { [Index in keyof T]: Shape<T[Index]> }
): Shape<T[number]> {
  const checks: readonly Check[] = shapes
  return (value) => {
    const found = checks.map((check) => check(value))
    return found.includes(undefined) ? undefined : found[0]
  }
}

/** NaN included. */
export const anyNumber: Shape<number> = (value) =>
  typeof value === 'number' ? undefined : ' is not a number'

export function pair<T>(shape: Shape<T>): Shape<[T, T]> {
  const members = list(shape)
  return (value) =>
    members(value) ?? (Array.isArray(value) && value.length === 2 ? undefined : ' is not a pair')
}
