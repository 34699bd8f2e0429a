import { join } from 'node:path'

import { tempFolder } from '../test/helpers/folder.ts'
import { mustRun, startDaemon } from '../test/helpers/process.ts'
import { type Stoppable, stopAll, stoppable } from '../test/helpers/stoppable.ts'

export interface DockerDaemon extends Stoppable {
  docker(...args: readonly string[]): Promise<string>
  /** So that the next pull is a real one. */
  forgetImages(): Promise<void>
}

/** A daemon of our own, which shares nothing with one that may run here. It needs root; registries on loopback may be plain http. */
export async function startDockerDaemon(): Promise<DockerDaemon> {
  const folder = await tempFolder('docker')
  const host = `unix://${join(folder.path, 'docker.sock')}`
  try {
    const daemon = await startDaemon('dockerd', argumentsFor(folder.path, host), {
      ready: (output) => output.includes('API listen'),
    })
    const docker = (...args: readonly string[]): Promise<string> =>
      mustRun('docker', ['--host', host, ...args])
    return stoppable(
      {
        docker,
        async forgetImages() {
          const ids = new Set((await docker('image', 'ls', '--all', '--quiet')).split('\n').filter(Boolean))
          if (ids.size > 0) await docker('image', 'rm', '--force', ...ids)
        },
      },
      () => stopAll([folder, daemon]),
    )
  } catch (error) {
    await folder.stop()
    throw error
  }
}

/** No container is ever started, so it needs no network of its own. */
function argumentsFor(folder: string, host: string): string[] {
  const options = {
    host,
    'data-root': join(folder, 'data'),
    'exec-root': join(folder, 'exec'),
    pidfile: join(folder, 'pid'),
    bridge: 'none',
    iptables: 'false',
    ip6tables: 'false',
  }
  return Object.entries(options).map(([name, value]) => `--${name}=${value}`)
}
