// What the house is built of: versions below which a known hole is open, and what the registry knows of the others. A registry that
// does not answer such questions is named, and fails the check only where FAULTLINE_AUDIT=required says so.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { root } from '../environment.mjs'

/** Not older than these, wherever in the tree they are. */
const FLOORS = { next: '16.2.6', echarts: '6.1.0' }
const numbers = (version) => version.split(/[.-]/).slice(0, 3).map(Number)
const isOlder = (version, floor) => {
  const [a, b] = [numbers(version), numbers(floor)]
  const i = a.findIndex((n, k) => n !== b[k])
  return i >= 0 && a[i] < b[i]
}

let failed = false
const { packages } = parse(readFileSync(path.join(root, 'pnpm-lock.yaml'), 'utf8'))
for (const [name, floor] of Object.entries(FLOORS)) {
  const versions = Object.keys(packages)
    .filter((key) => key.startsWith(`${name}@`))
    .map((key) => key.slice(name.length + 1))
  if (versions.length === 0) {
    console.error(`${name} is not in pnpm-lock.yaml: this check is blind.`)
    failed = true
  }
  for (const version of versions)
    if (isOlder(version, floor)) {
      console.error(`${name} ${version} is older than ${floor}`)
      failed = true
    } else console.log(`${name} ${version}`)
}

const { status, stdout, stderr } = spawnSync('pnpm', ['audit', '--audit-level', 'high', '--json'], {
  cwd: root,
  encoding: 'utf8',
  timeout: 120_000,
})
const report = readReport(stdout)
if (!report) {
  console.log(`The registry could not be asked for advisories: ${(stderr || stdout || 'no answer').trim().split('\n')[0]}`)
  if (process.env.FAULTLINE_AUDIT === 'required') failed = true
} else {
  const { high = 0, critical = 0 } = report.metadata?.vulnerabilities ?? {}
  console.log(`advisories: ${critical} critical, ${high} high`)
  for (const { module_name: name, severity, title, url } of Object.values(report.advisories ?? {}))
    if (severity === 'high' || severity === 'critical') console.error(`${severity}: ${name}: ${title} ${url}`)
  if (status !== 0 && high + critical > 0) failed = true
}
process.exit(failed ? 1 : 0)

function readReport(text) {
  try {
    const report = JSON.parse(text)
    return report.metadata ? report : null
  } catch {
    return null
  }
}
