import { describe, expect, test } from 'vitest'

import type { HttpRequest } from '../../src/core/doors.ts'
import { assertReadOnly } from '../../src/io/read-only.ts'

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' }
const REVIEW = 'https://k/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'

const looks: [string, HttpRequest][] = [
  ['GET', { method: 'GET', url: 'https://h/' }],
  ['HEAD', { method: 'HEAD', url: 'https://h/' }],
  [
    'a token exchange',
    {
      method: 'POST',
      url: 'https://h/token',
      headers: FORM,
      body: 'grant_type=refresh_token',
      reads: 'token-exchange',
    },
  ],
  ['an access review', { method: 'POST', url: REVIEW, reads: 'access-review' }],
  ['a dry run', { method: 'PATCH', url: 'https://h/x?dryRun=All', reads: 'server-dry-run' }],
  ['a declared probe', { method: 'POST', url: 'https://h/graphql', body: '{}', reads: 'probe' }],
]

const changes: [string, HttpRequest][] = [
  ['POST', { method: 'POST', url: 'https://h/' }],
  ['PUT', { method: 'PUT', url: 'https://h/' }],
  ['get in small letters', { method: 'delete', url: 'https://h/' }],
  [
    'a token exchange without a grant',
    { method: 'POST', url: 'https://h/', headers: FORM, body: 'a=b', reads: 'token-exchange' },
  ],
  [
    'a token exchange in JSON',
    { method: 'POST', url: 'https://h/', body: '{"grant_type":1}', reads: 'token-exchange' },
  ],
  ['an access review elsewhere', { method: 'POST', url: `${REVIEW}/x`, reads: 'access-review' }],
  ['an access review by DELETE', { method: 'DELETE', url: REVIEW, reads: 'access-review' }],
  ['a dry run that is none', { method: 'PATCH', url: 'https://h/x', reads: 'server-dry-run' }],
  [
    'a dry run said twice',
    { method: 'PATCH', url: 'https://h/x?dryRun=All&dryRun=', reads: 'server-dry-run' },
  ],
  ['a probe by DELETE', { method: 'DELETE', url: 'https://h/', reads: 'probe' }],
]

describe('the read door', () => {
  test.each(looks)('lets pass: %s', (_name, request) => {
    expect(() => assertReadOnly(request)).not.toThrow()
  })

  test.each(changes)('keeps back: %s', (_name, request) => {
    expect(() => assertReadOnly(request)).toThrow('kept from being sent')
  })
})
