import type { ServerResponse } from 'node:http'

// What a service that measures may answer in place of what is wanted, and the words that people read then.

type Answer = (response: ServerResponse) => void

const says =
  (status: number, body: string, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body)

export const BROKEN_ANSWERS: [what: string, answer: Answer, words: string, timeout?: string][] = [
  ['a page for people', says(200, '<html><h1>Sign in</h1>'), 'HTTP 200, and its answer is none of'],
  ['a redirect to one', says(302, '', { location: 'https://sso.example/' }), 'HTTP 302'],
  ['a server that fails', says(500, 'oops'), 'HTTP 500'],
  ['a gateway that fails', says(502, '<html>Bad Gateway</html>'), 'HTTP 502'],
  ['nothing', says(200, ''), 'it is empty'],
  ['JSON of another kind', says(200, '[]'), 'its answer is none of'],
  ['a number', says(200, '7'), 'its answer is none of'],
  ['half of it', says(200, '{"status":"ok","series":[{"poi'), 'its answer is none of'],
  ['one that would move the cursor', says(500, '\u001b[2J{"errors":["\u001b[2J"]}'), 'HTTP 500'],
  ['a connection that is cut', (response) => void response.destroy(), 'was closed before an answer came'],
  ['nothing for long', () => {}, 'no answer from', '200ms'],
  [
    'an answer without an end',
    (response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 20, ' '))) continue
      }
      response.on('drain', more)
      more()
    },
    'is longer than',
  ],
]
