import { userInfo } from 'node:os'

import { expect, test } from 'vitest'

import { whoAmI } from '../../src/runtime/who.ts'

const ME = userInfo().username

test.each([
  [
    { CI: 'true', GITHUB_ACTOR: 'octocat' },
    { name: 'github:octocat', ci: true },
  ],
  [
    { CI: '1', GITLAB_USER_LOGIN: 'ana' },
    { name: 'gitlab:ana', ci: true },
  ],
  [{ CI: 'true' }, { name: ME, ci: true }],
  [
    { CI: 'false', GITHUB_ACTOR: 'octocat' },
    { name: ME, ci: false },
  ],
  [{ GITHUB_ACTOR: 'octocat' }, { name: ME, ci: false }],
  [{ CI: '' }, { name: ME, ci: false }],
  [
    { CI: 'true', GITHUB_ACTOR: '' },
    { name: ME, ci: true },
  ],
])('%j', (env, who) => {
  expect(whoAmI(env)).toMatchObject(who)
})
