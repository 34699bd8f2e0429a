import type { Platform } from '../core/contract.ts'

/** Every platform; the first part of an action's name finds it here. One line registers one. */
export const platforms = {} as const satisfies Record<string, Platform>
