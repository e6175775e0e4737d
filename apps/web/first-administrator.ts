/**
 * Run by the start script: makes the first administrator where there is no user yet, and prints one line of JSON:
 * {"created":true,"email":…,"password":…} or {"created":false}.
 */
import { openDatabase } from '@faultline/db/database'
import { Passwords } from './src/server/auth/passwords.ts'
import { readAdministratorEnv } from './src/server/env.ts'
import { makeFirstAdministrator } from './src/server/first-administrator.ts'

async function main(): Promise<void> {
  const { databaseUrl, email } = readAdministratorEnv(process.env)
  const db = openDatabase({ url: databaseUrl, applicationName: 'faultline first administrator', poolSize: 2 })
  try {
    process.stdout.write(`${JSON.stringify(await makeFirstAdministrator(db, new Passwords(), email))}\n`)
  } finally {
    await db.close()
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`The first administrator could not be made: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
