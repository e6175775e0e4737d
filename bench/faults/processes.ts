/** The processes of a running product, and what a fault does to them. Linux: they are read from /proc. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

export interface Process {
  pid: number
  parent: number
  command: string
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // it has just ended
  }
}

function processes(): Process[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((pid) => {
    // The name in brackets may hold anything, brackets and spaces too.
    const status = read(`/proc/${pid}/stat`)
    const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ')
    if (parent === undefined || state === 'Z') return []
    return [{ pid: Number(pid), parent: Number(parent), command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') }]
  })
}

export type Service = 'worker' | 'web'
const FILES: Record<Service, string> = { worker: 'apps/worker/src/cli/main.ts worker', web: 'apps/web/server.ts' }

/** The process of a service that the start (`startPid`) runs; null while it is down. */
export function servicePid(startPid: number, service: Service): number | null {
  return processes().find((p) => p.parent === startPid && p.command.includes(FILES[service]))?.pid ?? null
}

/** Postgres' first process for the data of this state folder; null while it is down. */
export function postmasterPid(stateDir: string): number | null {
  const dataDir = path.join(stateDir, 'pg')
  const pid = Number.parseInt(read(path.join(dataDir, 'postmaster.pid')), 10)
  return processes().find((p) => p.pid === pid && p.command.includes(` -D ${dataDir} `))?.pid ?? null
}

/** The database as its owner sees it: harnesses look at everything. */
export function ownerUrl(stateDir: string): string {
  const dataDir = path.join(stateDir, 'pg')
  const port = read(path.join(dataDir, 'postmaster.pid')).split('\n')[3]
  const password = read(path.join(dataDir, 'faultline.password')).trim()
  if (!port || !password) throw new Error(`No embedded Postgres runs in ${dataDir}: this bench needs one of its own.`)
  return `postgresql://postgres:${password}@127.0.0.1:${port}/faultline`
}
