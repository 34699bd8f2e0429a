import { expect, test } from 'vitest'

import { networkKind } from '../../../src/runtime/store/network-folder.ts'

const MOUNTS = [
  '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
  '30 22 0:40 / /home rw,relatime shared:2 - nfs4 server:/home rw,vers=4.2',
  '31 30 254:1 / /home/ana/local rw,relatime - xfs /dev/vdb rw',
  '32 22 0:41 / /mnt/team\\040disk rw - cifs //server/disk rw',
  '33 22 0:42 / /mnt/ssh rw - fuse.sshfs ana@server: rw',
  '34 22 0:43 / /srv rw - fuse.fuse-overlayfs overlay rw',
  '35 22 0:44 / /over rw - ext4 /dev/vdc rw',
  '36 22 0:45 / /over rw - nfs server:/over rw',
].join('\n')

test.each([
  ['/var/lib/rollback', undefined],
  ['/home/ana/.local/state/rollback', 'nfs4'],
  ['/home/ana/local/rollback', undefined],
  ['/homework', undefined],
  ['/mnt/team disk/rollback', 'cifs'],
  ['/mnt/ssh', 'fuse.sshfs'],
  ['/srv/rollback', undefined],
  ['/over/rollback', 'nfs'],
])('%s: %s', (path, kind) => {
  expect(networkKind(MOUNTS, path)).toBe(kind)
})

test('a table that cannot be read in full tells nothing wrong', () => {
  expect(networkKind('', '/home')).toBeUndefined()
  expect(networkKind('garbage\n22 1 254:0 /\n', '/home')).toBeUndefined()
})
