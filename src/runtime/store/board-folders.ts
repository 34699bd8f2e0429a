import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

import { isCode } from './durable.ts'

// `<root>/boards/<service>~<environment>`: neither name can hold a `~`.

export function boardFolder(root: string, service: string, environment: string): string {
  return join(root, 'boards', `${service}~${environment}`)
}

export interface BoardFolder {
  service: string
  environment: string
  folder: string
}

export async function boardsIn(root: string): Promise<BoardFolder[]> {
  const all = join(root, 'boards')
  const names = await namesIn(all)
  return names.flatMap((name) => {
    const [service, environment, ...rest] = name.split('~')
    if (service === undefined || environment === undefined || rest.length > 0) return []
    return [{ service, environment, folder: join(all, name) }]
  })
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}
