import { expect, test } from 'vitest'

import { guardedLookup, isMetadataAddress, MetadataAddressError } from '../../src/io/address.ts'
import { isLoopback } from '../../src/io/loopback.ts'

function lookup(name: string, all: boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    guardedLookup(name, { all }, (error, address) => (error === null ? resolve(address) : reject(error)))
  })
}

test.each([true, false])('a name that resolves to a metadata service is refused (all: %s)', async (all) => {
  // An address resolves to itself, as a name in somebody's DNS would to it.
  await expect(lookup('169.254.169.254', all)).rejects.toBeInstanceOf(MetadataAddressError)
  await expect(lookup('::ffff:169.254.169.254', all)).rejects.toBeInstanceOf(MetadataAddressError)
})

test.each([
  ['64:ff9b::a9fe:a9fe', true],
  ['64:ff9b::169.254.169.254', true],
  ['64:ff9b:1::a9fe:a9fe', true],
  ['64:ff9b::6464:64c8', true],
  ['2002:a9fe:a9fe::1', true],
  ['2002:6464:64c8::', true],
  ['::169.254.169.254', true],
  ['64:ff9b::808:808', false],
  ['2002:808:808::1', false],
  ['::1', false],
])('metadata, translated: %s %s', (address, expected) => {
  expect(isMetadataAddress(address)).toBe(expected)
})

test('other names resolve as ever', async () => {
  expect(await lookup('127.0.0.1', false)).toBe('127.0.0.1')
  expect(await lookup('127.0.0.1', true)).toEqual([{ address: '127.0.0.1', family: 4 }])
})

test.each([
  ['localhost', true],
  ['api.localhost', true],
  ['127.8.9.1', true],
  ['[::1]', true],
  ['127.0.0.1.example.com', false],
  ['localhost.example.com', false],
  ['10.0.0.1', false],
])('loopback: %s %s', (name, expected) => {
  expect(isLoopback(name)).toBe(expected)
})
