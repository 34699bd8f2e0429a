import type { InitQuestion } from './examples.ts'
import { fits } from './questions.ts'

// The right version that answers nothing but errors is no rollback: an example measures health where it can.

export const HEALTH_PATH: InitQuestion = {
  id: 'healthPath',
  text: 'Path that answers 2xx while the service is healthy',
  usual: '/api/health',
  optional: true,
  problem: fits(/^(\/[\w./-]*)?$/, 'a path that begins with /, or nothing'),
}

/** Its lines below `signals`. */
export function healthSignal({ healthPath = '' }: Record<string, string>): string {
  if (healthPath === '') return ''
  return `  # Any 2xx passes; more can be demanded: expect: [{ json: $.ok, is: true }]
  health:
    http:
      url: '\${vars.url}${healthPath}'
`
}

/** Its line below `must`. */
export function healthCondition({ healthPath = '' }: Record<string, string>): string {
  return healthPath === '' ? '' : '        - { signal: health, passing: true, in_a_row: 3 }\n'
}
