import { expect, test } from 'vitest'

import { confirm } from '../../../src/platforms/person/confirm.ts'

test('person.confirm asks for yes, or for the word it is told', () => {
  const question = 'Is the migration older than the target?'
  expect(confirm.question({ question })).toEqual({ text: question, expects: 'yes' })
  expect(confirm.question({ question, expect: 'api' })).toEqual({ text: question, expects: 'api' })
})
