// Loaded before a program (`node --require`): writes the most memory that it had at any time, in KiB, to what a parent has
// opened as the fourth file.

process.once('exit', () => {
  require('node:fs').writeSync(3, String(process.resourceUsage().maxRSS))
})
