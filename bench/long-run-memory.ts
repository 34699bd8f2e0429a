import { carryOutLong, inMemory } from './long-run.ts'

// A process of its own for every length: prints the most memory that it had at any time, in bytes.

await carryOutLong(Number(process.argv[2]), inMemory())
console.log(process.resourceUsage().maxRSS * 1024)
