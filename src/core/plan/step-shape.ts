import type { Check, Question, Surface } from '../contract.ts'
import type { Retry } from '../model.ts'
import {
  anyJson,
  anyMap,
  count,
  key,
  list,
  maybe,
  milliseconds,
  object,
  oneOf,
  only,
  type Shape,
  text,
  truth,
} from '../shape.ts'
import { verify } from './condition-shape.ts'
import type { PlannedCall, PlannedChange, PlannedStep, PlannedUse } from './types.ts'

type Members<T> = { [Name in keyof T]-?: Shape<T[Name]> }

export const question = object<Question>({ text, expects: text })

const change = object<PlannedChange>({
  effect: key,
  surface: object<Surface>({ id: text, kind: only('version', 'setting'), type: text }),
  from: anyJson,
  to: anyJson,
  fromLabel: text,
  toLabel: text,
  onUndo: only('restore', 'keep'),
  role: only('prepare', 'main'),
  state: only('change', 'already'),
  reversible: oneOf<[true, { no: string }]>(only(true), object({ no: text })),
  details: list(text),
  manual: list(text),
})

const call = object<PlannedCall>({
  effect: key,
  repeat: only('harmless', 'ask'),
  observable: truth,
  reversal: oneOf<[{ how: 'again' }, { how: 'other' }, { how: 'none'; why: string }]>(
    object({ how: only('again') }),
    object({ how: only('other') }),
    object({ how: only('none'), why: text }),
  ),
  reversed: maybe(truth),
  manual: list(text),
})

const check = object<Check>({
  what: text,
  how: only('server', 'computed', 'cannot-be-known'),
  note: maybe(text),
})

const use: Members<PlannedUse> = {
  uses: text,
  kind: only('set', 'call', 'gate'),
  with: anyMap,
  changes: list(change),
  call: maybe(call),
  question: maybe(question),
  checks: list(check),
  window: maybe(text),
}

export const step = object<PlannedStep>({
  ...use,
  id: key,
  needs: list(key),
  timeout: milliseconds,
  retry: object<Retry>({ attempts: count, backoff: milliseconds }),
  fallback: maybe(object<PlannedUse>(use)),
  verify: maybe(verify),
  skip: maybe(text),
})
