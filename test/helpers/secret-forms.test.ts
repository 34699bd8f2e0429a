import { expect, test } from 'vitest'

import { secretForms } from './secret-forms.ts'

const SECRET = `hunter2/+"Qx9'$Zk?&=7w`

const base64 = (text: string): string => Buffer.from(text).toString('base64')

test.each([
  ['as it is', `token ${SECRET} is wrong`],
  ['in an address', `https://example.com/?token=${encodeURIComponent(SECRET)}&page=2`],
  ['in a form', new URLSearchParams({ token: SECRET, page: '2' }).toString()],
  ['in a login', base64(`user:${SECRET}`)],
  ['in a login with something behind it', base64(`ana:${SECRET}@example.com`)],
  ['in a document', JSON.stringify({ body: { token: SECRET } })],
  ['in a document within a document', JSON.stringify({ body: JSON.stringify({ token: SECRET }) })],
  ['in a line of shell', `curl -H 'token: ${SECRET.replaceAll("'", `'\\''`)}'`],
  ['on a page', `<p>${SECRET.replace('"', '&quot;').replace('&=', '&amp;=').replace("'", '&#39;')}</p>`],
])('a secret is found %s', (_, text) => {
  expect(secretForms(SECRET).some((form) => text.includes(form))).toBe(true)
})

test('of an address that is a secret also what a server repeats of it', () => {
  const forms = secretForms('https://api.example.com/deploy/srv-1?key=Qx9Zk7wPl0')
  for (const text of ['Cannot POST /deploy/srv-1?key=Qx9Zk7wPl0', 'the key Qx9Zk7wPl0 is unknown'])
    expect(forms.some((form) => text.includes(form))).toBe(true)
  expect(forms.some((form) => 'https://api.example.com answers 503'.includes(form))).toBe(false)
})
