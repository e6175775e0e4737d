import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

export interface CliResult {
  /** null: ended by a signal */
  code: number | null
  stdout: string
  stderr: string
}

export interface RunningCli {
  child: ChildProcess
  /** what it has said on standard error so far */
  said(): string
  ended: Promise<CliResult>
}

/** The real command line in a process of its own, on this database. */
export function startCli(
  args: readonly string[],
  options: { appUrl?: string; cwd?: string; env?: Readonly<Record<string, string>> } = {},
): RunningCli {
  const { DATABASE_APP_URL: _theirs, ...rest } = process.env
  const env = {
    ...rest,
    ...(options.appUrl ? { DATABASE_APP_URL: options.appUrl } : {}),
    ...(options.cwd ? { INIT_CWD: options.cwd } : {}),
    ...options.env,
  }
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
  return { child, said: () => stderr, ended }
}

export const runCli = (args: readonly string[], options: { appUrl?: string; cwd?: string } = {}): Promise<CliResult> =>
  startCli(args, options).ended
