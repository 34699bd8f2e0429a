import { expect, test } from 'vitest'

import { askedOf } from '../../src/runtime/asked-options.ts'

test('what a signal is asked is shown as it is written: secrets are references', () => {
  const asked = askedOf({
    with: {
      url: 'https://api.example.com/health?tenant=eu',
      headers: { authorization: 'Bearer ${secrets.token}', accept: 'text/plain' },
      expect: [{ status: [200, 401] }],
      argv: ['./probe.sh', '--of', 'all services'],
    },
  })
  expect(asked).toEqual({
    url: 'https://api.example.com/health?tenant=eu',
    headers: 'authorization: Bearer ${secrets.token}, accept: text/plain',
    expect: '[{"status":[200,401]}]',
    argv: "./probe.sh --of 'all services'",
  })
})

test('a secret that somebody has written out is hidden', () => {
  const asked = askedOf({
    with: {
      url: 'https://ana:hunter2-hunter2@api.example.com/v1?api_key=k3y-0123456789',
      api_key: 'k3y-9876543210',
      headers: { authorization: 'Bearer t0ken-0123456789', cookie: 'session=5e55ion' },
    },
  })
  expect(JSON.stringify(asked)).not.toMatch(/hunter2|k3y|t0ken|5e55ion/)
  expect(asked['url']).toContain('api.example.com')
})
