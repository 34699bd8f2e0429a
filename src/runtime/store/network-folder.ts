import { readFile, realpath } from 'node:fs/promises'

import { EXIT } from '../../core/exit.ts'
import { Problem } from '../../core/problem.ts'

// On a network file system another machine's links and renames may be seen late or twice: what decides between two
// processes of one machine decides nothing there.

const NETWORK = new Set([
  'nfs',
  'nfs4',
  'cifs',
  'smb3',
  'smbfs',
  'afs',
  'ceph',
  'lustre',
  'gpfs',
  'beegfs',
  'ocfs2',
  'gfs2',
])
const NETWORK_FUSE = new Set([
  'fuse.sshfs',
  'fuse.glusterfs',
  'fuse.s3fs',
  'fuse.ceph',
  'fuse.gcsfuse',
  'fuse.rclone',
])

/** Refuses a folder whose locks would not hold. Where mounts cannot be listed (not on Linux) nothing is known, and it passes. */
export async function requireLocal(folder: string): Promise<void> {
  const mounts = await mountTable()
  const kind = mounts === undefined ? undefined : networkKind(mounts, await realpath(folder))
  if (kind === undefined) return
  throw new Problem({
    code: 'store-on-network',
    message: `the store ${folder} is on a network file system (${kind}), where a lock does not hold`,
    cure: 'choose a folder on a local disk with ROLLBACK_STORE; to share a store, use `store: { git: … }` in the runbook',
    exit: EXIT.refused,
  })
}

/** The kind of network file system that a path is on, by `/proc/self/mountinfo`; undefined when it is a local one. */
export function networkKind(mountinfo: string, path: string): string | undefined {
  const mounts = mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const point = before
      .split(' ')[4]
      ?.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)))
    const [type] = after.split(' ')
    return point === undefined || type === undefined ? [] : [{ point, type }]
  })
  const holding = mounts.filter(
    ({ point }) => path === point || path.startsWith(point.endsWith('/') ? point : `${point}/`),
  )
  // Of mounts over one another the last one counts.
  const deepest = holding.reduce<(typeof mounts)[number] | undefined>(
    (best, one) => (best === undefined || one.point.length >= best.point.length ? one : best),
    undefined,
  )
  const type = deepest?.type
  return type !== undefined && (NETWORK.has(type) || NETWORK_FUSE.has(type)) ? type : undefined
}

async function mountTable(): Promise<string | undefined> {
  try {
    return await readFile('/proc/self/mountinfo', 'utf8')
  } catch {
    // Not Linux, or no /proc.
    return undefined
  }
}
