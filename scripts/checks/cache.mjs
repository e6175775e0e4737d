// Is turbo's cache right? A change in a package must change the hash of the tasks of everything that is built on it, and of
// nothing else. Asked from turbo's own plan, without running a task.
import { spawnSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../environment.mjs'

const plan = () => {
  const r = spawnSync('turbo', ['run', 'build', 'typecheck', 'test', 'generate', '--dry=json'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 27,
  })
  if (r.status !== 0) throw new Error(`turbo could not plan:\n${r.stderr}`)
  return new Map(JSON.parse(r.stdout).tasks.map((t) => [t.taskId, t.hash]))
}
/** Tasks whose hash changes with a new file at `file`. */
const changedBy = (file) => {
  const at = path.join(root, file)
  const before = plan()
  writeFileSync(at, `export const planted = ${Date.now()}\n`)
  try {
    const after = plan()
    return new Set([...after].filter(([id, hash]) => before.get(id) !== hash).map(([id]) => id))
  } finally {
    rmSync(at, { force: true })
  }
}

const CASES = [
  {
    file: 'packages/market/src/cache-probe.ts',
    must: [
      '@faultline/engine#test',
      '@faultline/web#build',
      '@faultline/worker#typecheck',
      '@faultline/ui#test',
      '@faultline/simulator#test',
    ],
    mustNot: ['@faultline/db#generate'],
  },
  {
    file: 'packages/engine/src/cache-probe.ts',
    must: ['@faultline/engine#test', '@faultline/worker#typecheck', '@faultline/bench#typecheck', '@faultline/web#build'],
    mustNot: ['@faultline/market#test', '@faultline/simulator#test', '@faultline/ui#test', '@faultline/db#typecheck'],
  },
  {
    file: 'packages/db/prisma/cache-probe.prisma',
    must: ['@faultline/db#generate', '@faultline/web#build', '@faultline/worker#typecheck'],
    mustNot: ['@faultline/market#test', '@faultline/engine#test'],
  },
]
let failed = false
for (const c of CASES) {
  const changed = changedBy(c.file)
  const missed = c.must.filter((id) => !changed.has(id))
  const needless = c.mustNot.filter((id) => changed.has(id))
  for (const id of missed) console.error(`STALE    ${id} does not notice a change of ${path.dirname(c.file)}`)
  for (const id of needless) console.error(`NEEDLESS ${id} runs again after a change of ${path.dirname(c.file)}`)
  failed ||= missed.length > 0 || needless.length > 0
  console.log(`${c.file}: ${changed.size} tasks change`)
}
process.exit(failed ? 1 : 0)
