import type { InitQuestion } from './examples.ts'

// Answers go into YAML and into variable names: each is checked to be plain before it is taken.

export const SERVICE: InitQuestion = {
  id: 'service',
  text: 'Name of the service',
  usual: 'api',
  problem: fits(/^[a-z0-9][a-z0-9-]*$/i, 'letters, digits and "-"'),
}

export const URL: InitQuestion = {
  id: 'url',
  text: 'Address of the service',
  usual: 'https://api.example.com',
  problem: fits(/^https?:\/\/[^\s'"]+[^\s'"/]$/, 'a URL that begins with https:// and has no / at its end'),
}

export const VERSION_PATH: InitQuestion = {
  id: 'versionPath',
  text: 'Path that answers the live version as JSON',
  usual: '/api/version',
  problem: fits(/^\/[\w./-]*$/, 'a path that begins with /'),
}

export const VERSION_FIELD: InitQuestion = {
  id: 'versionField',
  text: 'Member of that JSON that holds the commit',
  usual: '$.commit',
  problem: fits(/^\$(\.\w+)+$/, 'a path such as $.commit'),
}

export function fits(pattern: RegExp, words: string): InitQuestion['problem'] {
  return (answer) => (pattern.test(answer) ? undefined : `write ${words}`)
}
