import { Chalk } from 'chalk'

import type { Paint } from '../../report/look.ts'

/** Sixteen colours: they follow the theme of the terminal. Whether colour is wanted was decided before. */
export function createPaint(): Paint {
  const chalk = new Chalk({ level: 1 })
  return {
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
    good: (text) => chalk.green(text),
    bad: (text) => chalk.red(text),
    warn: (text) => chalk.yellow(text),
  }
}
