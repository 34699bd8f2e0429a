import type { Platform } from '../core/contract.ts'
import { alertmanager } from './alertmanager/index.ts'
import { clock } from './clock/index.ts'
import { command } from './command/index.ts'
import { datadog } from './datadog/index.ts'
import { file } from './file/index.ts'
import { http } from './http/index.ts'
import { kubernetes } from './kubernetes/index.ts'
import { person } from './person/index.ts'
import { prometheus } from './prometheus/index.ts'
import { registry } from './registry/index.ts'
import { render } from './render/index.ts'
import { sentry } from './sentry/index.ts'

/** Every platform; the first part of an action's name finds it here. One line registers one. */
export const platforms = {
  alertmanager,
  clock,
  command,
  datadog,
  file,
  http,
  kubernetes,
  person,
  prometheus,
  registry,
  render,
  sentry,
} as const satisfies Record<string, Platform>
