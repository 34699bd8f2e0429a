import { lookup as lookupName, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

// Where requests may go. A runbook is text that somebody else may have written: it must not be a way to
// read a machine's cloud credentials.

const METADATA = new BlockList()
METADATA.addSubnet('169.254.0.0', 16, 'ipv4')
METADATA.addAddress('100.100.100.200', 'ipv4')
METADATA.addSubnet('fe80::', 10, 'ipv6')
METADATA.addAddress('fd00:ec2::254', 'ipv6')
// The same in what gateways translate: NAT64 (RFC 6052, RFC 8215), 6to4, and IPv4-compatible addresses.
for (const prefix of ['64:ff9b:', '64:ff9b:1:', ':']) {
  METADATA.addSubnet(`${prefix}:a9fe:0`, 112, 'ipv6')
  METADATA.addAddress(`${prefix}:6464:64c8`, 'ipv6')
}
METADATA.addSubnet('2002:a9fe::', 32, 'ipv6')
METADATA.addSubnet('2002:6464:64c8::', 48, 'ipv6')

/** Link-local or a cloud's metadata service, also when written as IPv6. */
export function isMetadataAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && METADATA.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** dns.lookup that refuses names which resolve to a metadata address: checked after resolution, used as checked. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookupName(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, [])
    const [first] = addresses
    if (first === undefined) return callback(notFound(hostname), [])
    if (addresses.some(({ address }) => isMetadataAddress(address)))
      return callback(new MetadataAddressError(hostname), [])
    return options.all === true ? callback(null, addresses) : single(callback, first)
  })
}

export class MetadataAddressError extends Error {
  readonly code = 'METADATA_ADDRESS'

  constructor(hostname: string) {
    super(`${hostname} is a link-local or metadata address`)
  }
}

function single(callback: Parameters<LookupFunction>[2], { address, family }: LookupAddress): void {
  callback(null, address, family)
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${hostname}`), { code: 'ENOTFOUND' })
}
