import { expect, test } from 'vitest'

import { ask } from '../../src/platforms/person/ask.ts'
import { askedSignal, type People, saidNow } from '../../src/runtime/asked-signal.ts'

const SIGNAL = { name: 'reports', unit: 'count' } as const
const OPTIONS = { question: 'How many?', type: 'number', expires: 60_000 } as const

function signalOf(people: People) {
  const person = ask.person
  if (person === undefined) throw new Error('ask is a source that asks')
  return askedSignal(SIGNAL, person, OPTIONS, saidNow(people.answers, 0))
}

function personWhoSays(...answers: (string | undefined)[]): People & { heard: string[] } {
  const heard: string[] = []
  return {
    answers: {},
    heard,
    ask: async (question) => {
      heard.push(question)
      return answers[heard.length - 1]
    },
  }
}

test('what is no answer is asked again, with what was wrong with it', async () => {
  const person = personWhoSays('many', '3')
  const signal = signalOf(person)
  await signal.ask(person, () => 1000)
  expect(person.heard).toEqual(['How many?', '"many" is not an answer to it. How many?'])
  expect(signal.measure(2000)).toEqual({ kind: 'samples', samples: [{ at: 2000, value: 3 }] })
})

test('an empty line leaves it unknown, and nobody is asked twice', async () => {
  for (const silence of ['', undefined]) {
    const person = personWhoSays(silence)
    const signal = signalOf(person)
    await signal.ask(person, () => 0)
    expect(signal.open(0)).toBe(false)
    expect(signal.answered(0)).toBe(false)
    expect(signal.measure(0)).toMatchObject({ kind: 'no-data' })
  }
})

test('an answer counts until it expires, to the millisecond', () => {
  const signal = signalOf({ answers: { reports: '3' } })
  expect(signal.measure(60_000).kind).toBe('samples')
  expect(signal.measure(60_001)).toMatchObject({
    kind: 'no-data',
    why: expect.stringContaining('older than 1m'),
  })
  expect(signal.answered(60_001)).toBe(false)
})
