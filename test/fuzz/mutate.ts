import { NUMBERS, TEXTS, TOKENS } from './nasty.ts'
import type { Random } from './random.ts'

/** Longer inputs are refused by their length, which is not what is to be tried each time. */
const LONGEST = 200_000

/** Some changes of bytes and of tokens, one after another. */
export function mutateText(text: string, random: Random): string {
  let changed = text
  for (let times = 1 + random.below(4); times > 0; times--) changed = random.pick(EDITS)(changed, random)
  return changed.slice(0, LONGEST)
}

type Edit = (text: string, random: Random) => string

const EDITS: readonly Edit[] = [
  flipBit,
  flipBit,
  (text, random) => splice(text, random, 0, random.pick(TOKENS)),
  (text, random) => splice(text, random, 0, random.pick(TOKENS)),
  (text, random) => splice(text, random, 0, random.pick(TEXTS)),
  (text, random) => splice(text, random, 1 + random.below(3), ''),
  (text, random) => splice(text, random, random.below(80), ''),
  (text, random) => splice(text, random, 1, String.fromCharCode(random.below(0x3000))),
  replaceWord,
  replaceWord,
  editLine,
  editLine,
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random) => text + text.slice(random.below(text.length + 1)),
]

/** In the bytes, and read as text again: what is no UTF-8 then is what a lenient reader makes of it. */
function flipBit(text: string, random: Random): string {
  const bytes = Buffer.from(text)
  if (bytes.length === 0) return text
  const at = random.below(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
  return bytes.toString('utf8')
}

function splice(text: string, random: Random, remove: number, insert: string): string {
  const at = random.below(text.length + 1)
  return text.slice(0, at) + insert + text.slice(at + remove)
}

function replaceWord(text: string, random: Random): string {
  const words = [...text.matchAll(/[\w.${}:/-]+/g)]
  if (words.length === 0) return text
  const { 0: word, index } = random.pick(words)
  const other = random.oneIn(3)
    ? random.pick(words)[0]
    : random.oneIn(2)
      ? random.pick(TEXTS)
      : String(random.pick(NUMBERS))
  return text.slice(0, index) + other + text.slice(index + word.length)
}

function editLine(text: string, random: Random): string {
  const lines = text.split('\n')
  const at = random.below(lines.length)
  const line = lines[at] ?? ''
  switch (random.below(5)) {
    case 0:
      return lines.toSpliced(at, 1).join('\n')
    case 1:
      return lines.toSpliced(at, 0, line).join('\n')
    case 2:
      return lines.toSpliced(random.below(lines.length), 0, line).join('\n')
    case 3:
      return lines.with(at, `  ${line}`).join('\n')
    default:
      return lines.with(at, line.replace(/^ {2}/, '')).join('\n')
  }
}

/** Some changes of the structure, one after another; the rest stays JSON. */
export function mutateJson(value: unknown, random: Random): unknown {
  const copy: { whole: unknown } = { whole: structuredClone(value) }
  for (let times = 1 + random.below(3); times > 0; times--) changeOne(copy, random)
  return copy.whole
}

interface Place {
  holder: Record<string, unknown> | unknown[]
  key: string
}

function changeOne(copy: Record<'whole', unknown>, random: Random): void {
  const places: Place[] = []
  collect(copy, places)
  const { holder, key } = random.pick(places)
  const members = holder as Record<string, unknown>
  switch (random.below(8)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else if (holder !== copy) delete members[key]
      return
    case 1: {
      // Somewhere else's value.
      const other = random.pick(places)
      members[key] = structuredClone((other.holder as Record<string, unknown>)[other.key])
      return
    }
    case 2:
      if (Array.isArray(holder)) holder.push(structuredClone(members[key]))
      else define(members, random.pick(TEXTS), members[key])
      return
    case 3:
      members[key] = [members[key]]
      return
    case 4: {
      const text = members[key]
      members[key] = typeof text === 'string' ? mutateText(text, random).slice(0, 4000) : strange(random)
      return
    }
    default:
      members[key] = strange(random)
  }
}

function collect(holder: Record<string, unknown> | unknown[], places: Place[]): void {
  for (const [key, member] of Object.entries(holder)) {
    places.push({ holder, key })
    if (typeof member === 'object' && member !== null) collect(member as Record<string, unknown>, places)
  }
}

/** As JSON.parse does it: `__proto__` is a member like others. */
function define(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
}

function strange(random: Random): unknown {
  switch (random.below(8)) {
    case 0:
      return null
    case 1:
      return random.oneIn(2)
    case 2:
    case 3:
      return random.pick(NUMBERS)
    case 4:
      return random.oneIn(2) ? [] : {}
    case 5:
      return random.oneIn(3) ? deep(300) : { [random.pick(TEXTS)]: random.pick(TEXTS) }
    default:
      return random.pick(TEXTS)
  }
}

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}
