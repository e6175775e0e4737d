/** What must stand in no source of the project, whoever writes the next one: looked for in the files that git knows. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../../../', import.meta.url))
/** those that are not added yet as well, or a new one would be found one commit late */
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, maxBuffer: 1e8 })
  .toString()
  .split('\0')
  .filter(Boolean)
const read = (file: string): string => {
  try {
    return readFileSync(root + file, 'utf8')
  } catch {
    return '' // deleted, and git has not been told yet
  }
}
const code = files
  .filter((file) => /^(apps|packages|scripts|bench|e2e)\/.*\.(ts|tsx|mjs|js)$/.test(file) && !file.includes('/generated/'))
  .filter((file) => !file.startsWith('apps/web/src/server/security/'))
  .map((file) => ({ file, text: read(file) }))
/** what runs where people are, without tests and tools */
const running = code.filter(
  ({ file }) => /^(apps\/(web|worker)|packages\/(db|ui|market|engine))\/src\//.test(file) && !/\.test\.tsx?$/.test(file),
)

/** `file:line` of each place. */
const places = (from: readonly { file: string; text: string }[], pattern: RegExp): string[] =>
  from.flatMap(({ file, text }) => text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1} ${line.trim()}`] : [])))

it('is not blind', () => {
  expect(code.length).toBeGreaterThan(800)
  expect(running.length).toBeGreaterThan(400)
  expect(places(running, /\$queryRaw`/).length).toBeGreaterThan(5)
})

describe('SQL', () => {
  it('is never built by the calls that take any text', () => {
    expect(places(code, /\$(query|execute)RawUnsafe/)).toEqual([])
    expect(places(running, /Prisma\.raw\(/)).toEqual([])
  })

  /** Constants of a module, and what makes SQL of names that stand in the code. */
  const BY_CODE = /^([A-Z][A-Z0-9_]*|(msOf|MS|KNOWN|packedFloats|first|furthest|unnest)\(.*\))$/
  /** Names of columns and tables that the code chooses, each looked at: none of them is anything that somebody sends. */
  const LOOKED_AT: Record<string, readonly string[]> = {
    'apps/web/src/features/readings/server/market-past.ts': ['table'],
    'packages/db/src/repositories/coverage.ts': ['table'],
    'packages/db/src/repositories/deliveries.ts': ['of'],
    'packages/db/src/repositories/event-sql.ts': [
      'layout.table',
      "candle ? 'interval_ms, ' : ''",
      'names(layout)',
      "candle ? '$2::int, ' : ''",
      "layout.columns.map(cast).join(', ')",
      "candle ? '' : ' where $2::int is null'",
      "key.join(', ')",
    ],
    'packages/db/src/repositories/events.ts': [
      'layout.table',
      "interval === null ? 'and $2::int is null' : 'and t.interval_ms = $2'",
      'layout.time',
    ],
    'packages/db/src/repositories/instruments.ts': ['2 * DAY_MS'],
    'packages/db/src/repositories/live-events.ts': ['table', 'names', "calls.join(', ')"],
    'packages/db/src/repositories/market-inputs.ts': ['INTEREST_HOURS - 1', 'DAY_MS + HOUR_MS'],
    'packages/db/src/repositories/market-readings.ts': ["NAMES.join(', ')"],
    'packages/db/src/repositories/retention.ts': ['mark'],
    'packages/db/src/repositories/tokens.ts': ['column'],
  }

  it('has no input in its text: values go beside it', () => {
    const statement =
      /`\s*(\(|\$\{\w+\}\s)?\s*(select|with|insert into|update|delete from|alter table|drop|grant|lock table|join|where|order by)\b[^`]*`/gi
    const found = running
      // makes databases to measure, of numbers
      .filter(({ file }) => file !== 'apps/web/src/cli/seed.ts' && !file.includes('/messages/'))
      .flatMap(({ file, text }) =>
        [...text.matchAll(statement)]
          // of these the library itself makes values of what is put in
          .filter(({ index }) => !/(\$(query|execute)Raw|Prisma\.sql|\bsql)(<.*>)?$/.test(text.slice(Math.max(0, index - 300), index)))
          .flatMap(([query]) => [...query.matchAll(/\$\{([^}]+)\}/g)].map(([, part = '']) => ({ file, part })))
          .filter(({ part }) => !BY_CODE.test(part)),
      )
    expect(found.filter(({ file, part }) => !LOOKED_AT[file]?.includes(part))).toEqual([])
    // what is looked at no more is not excused either
    const places = new Set(found.map(({ file, part }) => `${file} ${part}`))
    expect(
      Object.entries(LOOKED_AT)
        .flatMap(([file, parts]) => parts.map((part) => `${file} ${part}`))
        .filter((place) => !places.has(place)),
    ).toEqual([])
  })
})

describe('pages', () => {
  it('never take text for markup', () => {
    const sinks = /dangerouslySetInnerHTML|\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write|createContextualFragment|\bsrcDoc=/
    expect(places(running, sinks)).toEqual([])
  })

  it('have no chart that makes HTML of names: no formatter of a tooltip', () => {
    const charts = running.filter(({ text }) => /from 'echarts/.test(text))
    expect(charts.length).toBeGreaterThan(3)
    expect(places(charts, /\bformatter\b/)).toEqual([])
  })

  it('run no text as a program', () => {
    expect(places(running, /\beval\(|new Function\(|setTimeout\(\s*['"`]|javascript:/)).toEqual([])
  })

  it('open other pages without a way back to this one', () => {
    const opened = running.flatMap(({ file, text }) =>
      [...text.matchAll(/window\.open\(|target="_blank"/g)].map(({ index }) => ({ file, how: text.slice(index, index + 100) })),
    )
    expect(opened.length).toBeGreaterThan(2)
    expect(opened.filter(({ how }) => !/noopener|noreferrer/.test(how))).toEqual([])
  })
})

describe('secrets', () => {
  const PRIVATE = [
    /-----BEGIN (RSA |EC |OPENSSH |)PRIVATE KEY-----/,
    /\bAKIA[0-9A-Z]{16}\b/,
    /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
    /\bxox[abpr]-[A-Za-z0-9-]{20,}/,
    /\bsk_live_[A-Za-z0-9]{20,}/,
    /\bAIza[0-9A-Za-z_-]{35}\b/,
    /\bfl_[A-Za-z0-9_-]{32}\b/,
  ]
  it('stand in no file that git knows', () => {
    const texts = files
      .filter((file) => !/\.(png|jpg|ico|woff2?|gz|zip|bin|parquet|webp)$/.test(file))
      .map((file) => ({ file, text: read(file) }))
    for (const pattern of PRIVATE) expect(places(texts, pattern).map((place) => place.slice(0, 200))).toEqual([])
  })

  it('come in no file of the environment', () => {
    expect(files.filter((file) => /(^|\/)\.env(\.|$)/.test(file) && !file.endsWith('.example'))).toEqual([])
  })

  it('have no value to fall back on', () => {
    const fallback = /(SECRET|PASSWORD|ENCRYPTION_KEYS?)\w*['"]?\]?\s*(\?\?|\|\|)\s*['"`][^'"`]{4,}/
    expect(places(running, fallback)).toEqual([])
    expect(places([{ file: 'x', text: "const secret = process.env.NEXTAUTH_SECRET ?? 'changeme'" }], fallback)).toHaveLength(1)
  })
})

it('are written about as they are: docs/security.md names tests that exist', () => {
  const rooms: Record<string, string> = { web: 'apps/web/src', db: 'packages/db/src', worker: 'apps/worker/src' }
  const named = [...read('docs/security.md').matchAll(/`([a-z]+)\/([^`\s]*\.test\.ts)`/g)].map(
    ([, room = '', rest]) => `${rooms[room] ?? room}/${rest}`,
  )
  expect(named.length).toBeGreaterThan(50)
  const pattern = (name: string) =>
    new RegExp(
      `^${name
        .replaceAll('.', '\\.')
        .replaceAll('*', '[^/]+')
        .replaceAll(/\{([^}]+)\}/g, (_, names: string) => `(${names.replaceAll(',', '|')})`)}$`,
    )
  const choices = (name: string) => Math.max(1, (/\{([^}]+)\}/.exec(name)?.[1] ?? '').split(',').length)
  expect(named.filter((name) => files.filter((file) => pattern(name).test(file)).length < choices(name))).toEqual([])
})
