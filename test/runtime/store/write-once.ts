// Writes once to the board of api in production, and says who won. Arguments: a clone, a folder for the cache.

import { openDoors } from '../../../src/io/doors.ts'
import { gitBoards } from '../../../src/runtime/store/git-board.ts'

const [, , repository = '', cache = ''] = process.argv
const doors = openDoors()
const boards = gitBoards({ remote: 'origin', repository, cacheRoot: () => cache, ...doors })
const board = boards.board('api', 'production')
const written = await board.write({ version: '', files: {} }, { 'lock.json': 'mine' }, 'take the lock')
process.stdout.write(written === undefined ? 'lost\n' : 'won\n')
await doors.close()
