import { globSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ROUTES, type Route } from '../server/front/routes.ts'
import { rootRouter } from '../server/root-router.ts'
import type { Access } from '../server/trpc.ts'

const HELP = `usage: npm run -s faultline -- procedures [--json]

Lists every procedure, route handler and page with who may use it. With --json also the schema of each input.
`

export interface ProcedureEntry {
  path: string
  type: 'query' | 'mutation' | 'subscription'
  /** public; signed in; team: at least `role` in the team that the input names, or whose the named thing is; admin */
  access: Access['kind']
  role: string | null
  /** what the input names: a team, a team or oneself, or a kind of thing by its id */
  of: string | null
  /** JSON Schema; null: it takes nothing */
  input: unknown
}

interface Flat {
  _def: { type: ProcedureEntry['type']; meta: { access: Access }; inputs: z.ZodType[] }
}

/** From the router itself: what is not in here cannot be called. */
export function procedureEntries(): ProcedureEntry[] {
  return Object.entries(rootRouter._def.procedures as unknown as Record<string, Flat>)
    .map(([name, { _def }]) => {
      const { access } = _def.meta
      const inputs = _def.inputs.map((input) => z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }))
      return {
        path: name,
        type: _def.type,
        access: access.kind,
        role: access.kind === 'team' ? access.role : null,
        of: access.kind === 'team' ? access.of : null,
        input: inputs.length === 0 ? null : inputs.length === 1 ? inputs[0] : { allOf: inputs },
      }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

export interface PageEntry {
  path: string
  access: 'public' | 'signed in' | 'admin'
}

/** From the folders of routes: those of (signed-in) begin with requireUser(), those of admin with requireAdmin(). */
export function pageEntries(): PageEntry[] {
  const app = path.join(import.meta.dirname, '../app')
  return globSync('**/page.tsx', { cwd: app })
    .map((file): PageEntry => {
      const parts = path.dirname(file).split(path.sep)
      const shown = parts.filter((part) => part !== '.' && !/^\(.*\)$/.test(part))
      const access = !parts.includes('(signed-in)') ? 'public' : parts.includes('admin') ? 'admin' : 'signed in'
      return { path: `/${shown.join('/')}`, access }
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

export async function writeProcedures(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } })
  if (values.help) return void process.stdout.write(HELP)
  const all = { procedures: procedureEntries(), routes: ROUTES, pages: pageEntries() }
  process.stdout.write(values.json ? `${JSON.stringify(all, null, 2)}\n` : inWords(all))
}

function inWords({ procedures, routes, pages }: { procedures: ProcedureEntry[]; routes: readonly Route[]; pages: PageEntry[] }): string {
  const line = (name: string, what: string) => `${name.padEnd(36)} ${what}`
  const who = ({ access, role, of }: ProcedureEntry) => (access === 'team' ? `${role} of ${of}` : access)
  return [
    ...procedures.map((entry) => line(entry.path, `${entry.type.padEnd(12)} ${who(entry)}`)),
    '',
    ...routes.map(({ path: at, methods, access }) => line(at, `${methods.join(' ').padEnd(12)} ${access}`)),
    '',
    ...pages.map(({ path: at, access }) => line(at, `${'page'.padEnd(12)} ${access}`)),
    '',
  ].join('\n')
}
