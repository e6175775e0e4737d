/** What of the command line needs the pages' side of the house: `procedures`, `seed` and `rotate-keys`. scripts/faultline.mjs calls it. */
import { FaultlineError } from '@faultline/market/errors'
import { writeProcedures } from './src/cli/procedures.ts'
import { rotateKeys } from './src/cli/rotate-keys.ts'
import { seed } from './src/cli/seed.ts'

const COMMANDS: Record<string, (args: string[]) => Promise<void>> = {
  procedures: writeProcedures,
  seed,
  'rotate-keys': rotateKeys,
}

const [name = '', ...args] = process.argv.slice(2)
try {
  const command = COMMANDS[name]
  if (!command) throw new FaultlineError('bad_input', `There is no command "${name}" here; there are: ${Object.keys(COMMANDS).join(', ')}.`)
  await command(args)
} catch (error) {
  const expected =
    error instanceof FaultlineError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  process.stderr.write(`${expected ? (error as Error).message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = error instanceof FaultlineError && error.code !== 'bad_input' ? 1 : 2
}
