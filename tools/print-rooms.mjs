// Writes the table of rooms in packages/engine/ARCHITECTURE.md from test/tidy/rooms.ts, which is what the tidy test enforces.
import {readFileSync, writeFileSync} from 'node:fs'
import {rooms} from '../test/tidy/rooms.ts'

const path = 'packages/engine/ARCHITECTURE.md'
const document = readFileSync(path, 'utf8')
const rows = Object.entries(rooms).map(([room, allowed]) => `| \`${room}\` | ${allowed.join(', ') || '–'} |`)
const table = ['| room | may import |', '| --- | --- |', ...rows].join('\n')
writeFileSync(path, document.replace(/\| room \| may import \|\n(\|.*\|\n?)*/, `${table}\n`))
