import type { Platform } from '../core/contract.ts'
import { kubernetes } from './kubernetes/index.ts'
import { registry } from './registry/index.ts'

/** Every platform; the first part of an action's name finds it here. One line registers one. */
export const platforms = {
  kubernetes,
  registry,
} as const satisfies Record<string, Platform>
