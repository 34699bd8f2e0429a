import manifest from '../../package.json' with { type: 'json' }

/** Of this tool. */
export const VERSION: string = manifest.version
