import { expect, test } from 'vitest'

import { templateDiff } from '../../../src/platforms/kubernetes/diff.ts'
import type { PodTemplate } from '../../../src/platforms/kubernetes/objects.ts'
import { templateHash } from '../../../src/platforms/kubernetes/template.ts'

const SECRET = 'hunter2-hunter2'

function template(container: object, metadata: object = {}): PodTemplate {
  return {
    metadata: { labels: { app: 'api' }, ...metadata },
    spec: { containers: [{ name: 'api', image: 'acme/api:1', ...container }] },
  }
}

test('shows what changes, field by field, with members found by their names', () => {
  const from = template({ image: 'acme/api:2', resources: { limits: { memory: '1Gi' } } })
  const to = template({ resources: { limits: { memory: '512Mi' } }, ports: [{ containerPort: 80 }] })
  expect(templateDiff(from, to)).toEqual([
    '- containers[api].image: acme/api:2',
    '+ containers[api].image: acme/api:1',
    '- containers[api].resources.limits.memory: 1Gi',
    '+ containers[api].resources.limits.memory: 512Mi',
    '+ containers[api].ports[80].containerPort: 80',
  ])
})

test.for<[string, object, object, object?, object?]>([
  ['env', { env: [{ name: 'TOKEN', value: SECRET }] }, { env: [{ name: 'TOKEN', value: `${SECRET}x` }] }],
  ['env', {}, { env: [{ name: 'TOKEN', value: SECRET }] }],
  ['args', { args: [`--password=${SECRET}`] }, { args: ['--verbose'] }],
  ['command', { command: ['sh', '-c', `curl -u me:${SECRET}`] }, {}],
  ['header', { livenessProbe: { httpGet: { httpHeaders: [{ name: 'Authorization', value: SECRET }] } } }, {}],
  ['annotation', {}, {}, { annotations: { token: SECRET } }],
])('never shows a literal that may be a secret: %s', ([, from, to, metadataFrom, metadataTo]) => {
  const lines = templateDiff(template(from, metadataFrom), template(to, metadataTo))
  expect(lines).not.toEqual([])
  expect(lines.join('\n')).not.toContain(SECRET)
})

test('names the env variable that changed, and shows where a reference leads', () => {
  const from = template({
    env: [
      { name: 'MODE', value: 'a' },
      { name: 'KEY', valueFrom: { secretKeyRef: { name: 'new', key: 'k' } } },
    ],
  })
  const to = template({
    env: [
      { name: 'MODE', value: 'b' },
      { name: 'KEY', valueFrom: { secretKeyRef: { name: 'old', key: 'k' } } },
    ],
  })
  expect(templateDiff(from, to)).toEqual([
    '~ containers[api].env[MODE].value: (changed)',
    '- containers[api].env[KEY].valueFrom.secretKeyRef.name: new',
    '+ containers[api].env[KEY].valueFrom.secretKeyRef.name: old',
  ])
})

test('is bounded', () => {
  const env = Array.from({ length: 100 }, (_, index) => ({ name: `E${index}`, value: 'x' }))
  const lines = templateDiff(template({}), template({ env }))
  expect(lines).toHaveLength(40)
  expect(lines.at(-1)).toBe('… and 161 more lines')
})

test("ignores the controller's label and the server's nulls, and nothing else", () => {
  const plain = template({})
  const marked = template({}, { labels: { app: 'api', 'pod-template-hash': 'abc' }, creationTimestamp: null })
  expect(templateHash(marked)).toBe(templateHash(plain))
  expect(templateHash(template({ env: [] }))).not.toBe(templateHash(plain))
  expect(templateDiff(plain, marked)).toEqual([])
})
