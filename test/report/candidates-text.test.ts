import { expect, test } from 'vitest'

import { candidateLines } from '../../src/report/candidates-text.ts'
import { PLAIN } from '../../src/report/look.ts'

const candidate = (sha: string) => ({ release: { given: sha, sha }, names: [], why: 'image present' })

test('shortens commits only as far as they can be told apart', () => {
  const alike = ['1111111aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '1111111bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb']
  const other = '2222222ccccccccccccccccccccccccccccccccc'
  const text = candidateLines([...alike, other].map(candidate), PLAIN).join('\n')
  for (const sha of alike) expect(text).toContain(sha)
  expect(text).toContain('2222222 ')
  expect(text).not.toContain(other)
})
