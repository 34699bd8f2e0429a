import { isPlainObject } from '../../core/json.ts'
import type { PodTemplate } from './objects.ts'
import { withoutHashLabel } from './template.ts'

// The change of a pod template for people, one line a field: `- containers[api].image: acme/api:2`.
// A literal in `env`, `args` or an annotation may be a secret, so text is shown only where it cannot be one.

const LONGEST = 40
const WIDEST = 120

/** Fields whose text may be shown, wherever they stand. */
const PLAIN_FIELDS = new Set([
  'image',
  'name',
  'imagePullPolicy',
  'workingDir',
  'serviceAccountName',
  'serviceAccount',
  'restartPolicy',
  'dnsPolicy',
  'schedulerName',
  'priorityClassName',
  'runtimeClassName',
  'nodeName',
  'hostname',
  'subdomain',
  'protocol',
  'path',
  'port',
  'scheme',
  'mountPath',
  'subPath',
  'mountPropagation',
  'medium',
  'key',
  'secretName',
  'claimName',
  'fieldPath',
  'apiVersion',
  'operator',
  'effect',
  'topologyKey',
  'whenUnsatisfiable',
  'terminationMessagePath',
  'terminationMessagePolicy',
])
/** Parts whose whole content may be shown. */
const PLAIN_PARTS =
  /^(metadata\.labels|nodeSelector|containers\[[^\]]*\]\.resources|initContainers\[[^\]]*\]\.resources|metadata\.annotations\.(checksum\/|kubectl\.kubernetes\.io\/restartedAt|prometheus\.io\/))/

interface Field {
  path: string
  key: string
  value: unknown
}

/** Lines of removed and added fields; bounded, the rest is counted. */
export function templateDiff(from: PodTemplate, to: PodTemplate): string[] {
  const before = fieldsOf(from)
  const after = fieldsOf(to)
  const paths = [...new Set([...before.keys(), ...after.keys()])]
  const lines = paths.flatMap((path) => fieldDiff(before.get(path), after.get(path)))
  if (lines.length <= LONGEST) return lines
  return [...lines.slice(0, LONGEST - 1), `… and ${lines.length - LONGEST + 1} more lines`]
}

function fieldDiff(before: Field | undefined, after: Field | undefined): string[] {
  if (before !== undefined && after !== undefined && before.value === after.value) return []
  if (before !== undefined && after !== undefined && !isPlain(before) && !isPlain(after))
    return [`~ ${before.path}: (changed)`]
  return [
    ...(before === undefined ? [] : [`- ${before.path}: ${shown(before)}`]),
    ...(after === undefined ? [] : [`+ ${after.path}: ${shown(after)}`]),
  ]
}

function shown(field: Field): string {
  if (!isPlain(field)) return '(not shown)'
  const text = typeof field.value === 'string' ? field.value : JSON.stringify(field.value)
  return text.length > WIDEST ? `${text.slice(0, WIDEST)}…` : text
}

function isPlain({ path, key, value }: Field): boolean {
  if (typeof value !== 'string') return true
  // `env[TOKEN].value`, `httpHeaders[Authorization].value` and the like are in no list.
  return PLAIN_FIELDS.has(key) || PLAIN_PARTS.test(path)
}

function fieldsOf(template: PodTemplate): Map<string, Field> {
  const { metadata = {}, spec } = withoutHashLabel(template)
  const fields = [...leaves(metadata, 'metadata', ''), ...leaves(spec, '', '')]
  return new Map(fields.map((field) => [field.path, field]))
}

function leaves(value: unknown, path: string, key: string): Field[] {
  if (value === null) return []
  if (Array.isArray(value)) {
    return value.flatMap((member, index) => leaves(member, `${path}[${memberName(member, index)}]`, key))
  }
  if (!isPlainObject(value)) return [{ path, key, value }]
  const members = Object.entries(value)
  // `emptyDir: {}` is a setting too.
  if (members.length === 0) return [{ path, key, value: '{}' }]
  return members.flatMap(([name, member]) => leaves(member, path === '' ? name : `${path}.${name}`, name))
}

/** Named members (containers, env, volumes, ports) are compared by name, so that an insertion moves nothing. */
function memberName(member: unknown, index: number): string {
  if (!isPlainObject(member)) return String(index)
  const name = member['name'] ?? member['mountPath'] ?? member['containerPort']
  return typeof name === 'string' || typeof name === 'number' ? String(name) : String(index)
}
