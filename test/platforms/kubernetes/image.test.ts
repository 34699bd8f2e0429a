import { describe, expect, test } from 'vitest'

import type { Release } from '../../../src/core/release.ts'
import {
  imageIsRelease,
  parseImage,
  releaseOfImage,
  shortImage,
} from '../../../src/platforms/kubernetes/image.ts'

const SHA = '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d'
const DIGEST = `sha256:${'ab12'.repeat(16)}`

describe('the version in an image', () => {
  test.for<[string, Release, boolean]>([
    [`acme/api:${SHA}`, { given: SHA }, true],
    [`acme/api:${SHA}`, { given: '1a2b3c4' }, true],
    ['acme/api:1a2b3c4', { given: SHA }, true],
    ['acme/api:sha-1a2b3c4', { given: SHA }, true],
    ['acme/api:main-1a2b3c4-20260102', { given: SHA }, true],
    ['acme/api:prod1a2b3c4', { given: '1a2b3c4' }, true],
    ['acme/api:1a2b3c', { given: SHA }, false],
    ['acme/api:sha-1a2b3c5', { given: SHA }, false],
    ['acme/api:v1.4.2', { given: 'v1.4.2' }, true],
    ['acme/api:1.4.2', { given: SHA, sha: SHA, tag: 'v1.4.2' }, true],
    ['acme/api:1.4.20', { given: 'v1.4.2' }, false],
    ['acme/api:version', { given: 'ersion' }, false],
    [`acme/api@${DIGEST}`, { given: DIGEST }, true],
    [`acme/api@${DIGEST}`, { given: DIGEST.slice(0, 19) }, true],
    [`acme/api:v1@${DIGEST}`, { given: 'v1' }, true],
    [`acme/api@${DIGEST}`, { given: 'sha256:ab12ab13' }, false],
    ['localhost:5000/api', { given: '5000/api' }, false],
  ])('%s is %o: %s', ([image, release, expected]) => {
    expect(imageIsRelease(image, release)).toBe(expected)
  })

  test('is told from the port of its registry', () => {
    expect(parseImage('localhost:5000/acme/api')).toEqual({ repository: 'localhost:5000/acme/api' })
    expect(parseImage(`localhost:5000/api:v1@${DIGEST}`)).toEqual({
      repository: 'localhost:5000/api',
      tag: 'v1',
      digest: DIGEST,
    })
  })

  test('has a short name', () => {
    expect(shortImage('ghcr.io/acme/api:v1')).toBe('api:v1')
    expect(shortImage(`ghcr.io/acme/api@${DIGEST}`)).toBe('api@sha256:ab12ab12ab12')
    expect(shortImage('api')).toBe('api')
  })

  test.for<[string, Release]>([
    ['acme/api:v1.4.2', { given: 'v1.4.2', tag: 'v1.4.2' }],
    [`acme/api:${SHA}`, { given: SHA, sha: SHA }],
    [
      'acme/api:main-20260102-1a2b3c4',
      { given: 'main-20260102-1a2b3c4', sha: '1a2b3c4', tag: 'main-20260102-1a2b3c4' },
    ],
    [`acme/api@${DIGEST}`, { given: DIGEST }],
  ])('%s is called %o', ([image, release]) => {
    expect(releaseOfImage(image)).toEqual(release)
  })
})
