import { inspect } from 'node:util'

import { expect } from 'vitest'

import { hasSecretMarker } from '../../src/core/shell.ts'
import { secretForms } from '../helpers/secret-forms.ts'

// Whether what is said to people is in words, and holds no secret.

/** What programs say to programmers. */
const MACHINE_WORDS =
  /undefined|\[object |\bNaN\b|\n\s+at |\b(?:Syntax|Type|Range|Reference|Zod)?Error:|Unexpected (?:token|end)|is not valid JSON|Cannot read prop|Unterminated|Invalid input/

/** One line of plain words. `what` says in a failing test whose they are. */
export function expectWords(text: string, what: string): void {
  expect({ what, text, wrong: wrongWith(text) }).toEqual({ what, text, wrong: undefined })
}

/** Words, and only one sentence of them. */
export function expectSentence(text: string, what: string): void {
  const wrong = wrongWith(text) ?? (/[.!?] +[A-Z]/.test(text) ? 'more than one sentence' : undefined)
  expect({ what, text, wrong }).toEqual({ what, text, wrong: undefined })
}

function wrongWith(text: string): string | undefined {
  if (text.trim() === '') return 'nothing is said'
  if (/[\n\r]/.test(text)) return 'several lines'
  if (hasSecretMarker(text)) return 'the marker of a secret'
  return MACHINE_WORDS.exec(text)?.[0]
}

/** Keeps everything that an action says or throws, to look through it for secrets. */
export interface Witness {
  /** The same action, listened to. What `leaves` names hands options on, and says nothing. */
  listen<Action extends object>(action: Action, leaves?: readonly string[]): Action
  expectNoSecret(secrets: Readonly<Record<string, string>>): void
}

export function createWitness(): Witness {
  const heard: { who: string; text: string }[] = []
  const keep = (who: string, said: unknown) =>
    void heard.push({ who, text: said instanceof Error ? inspect(said, { depth: 8 }) : textOf(said) })

  function listened(who: string, method: (...given: unknown[]) => unknown) {
    return (...given: unknown[]): unknown => {
      try {
        const answer = method(...given)
        if (answer instanceof Promise)
          answer.then(
            (said) => keep(who, said),
            (error) => keep(who, error),
          )
        else keep(who, answer)
        return answer
      } catch (error) {
        keep(who, error)
        throw error
      }
    }
  }

  return {
    listen<Action extends object>(action: Action, leaves: readonly string[] = []): Action {
      return new Proxy(action, {
        get(target, name, receiver): unknown {
          const member: unknown = Reflect.get(target, name, receiver)
          if (typeof member !== 'function' || leaves.includes(String(name))) return member
          return listened(String(name), member.bind(target) as (...given: unknown[]) => unknown)
        },
      })
    },
    expectNoSecret(secrets) {
      const told = Object.entries(secrets).flatMap(([name, secret]) => {
        const forms = secretForms(secret)
        return heard.flatMap(({ who, text }) =>
          forms.filter((form) => text.includes(form)).map((form) => ({ who, name, form, text })),
        )
      })
      expect(told).toEqual([])
    },
  }
}

/** As JSON, and every text in it as it is: what is escaped once more is another form. */
function textOf(said: unknown): string {
  const texts: string[] = []
  const json = JSON.stringify(said, (name, value: unknown) => {
    texts.push(name)
    if (typeof value === 'string') texts.push(value)
    return value
  })
  return [json ?? '', ...texts].join('\n')
}
