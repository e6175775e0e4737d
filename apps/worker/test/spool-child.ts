/**
 * A process that takes events in until it is killed: `node spool-child.ts <database> <folder> <held as JSON> <first>`. Prints
 * "last <time after START> " whenever all up to there is committed or on disk.
 */
import { openDatabase } from '@faultline/db/database'
import { START } from '@faultline/testkit/factories'
import { createIngest } from '../src/ingest/writer.ts'

const [url, spoolDir, held, first] = process.argv.slice(2) as [string, string, string, string]
const { id, dataSourceId, lease } = JSON.parse(held)
const ingest = await createIngest({
  db: openDatabase({ url, poolSize: 2 }),
  spoolDir,
  worker: 'child',
  flushMs: 3,
  transactionMs: 5_000,
  log: () => {},
})
ingest.attach({ instrumentId: id, dataSourceId, lease, onCommitted: () => {}, onLeaseLost: () => {} }, null)
for (let at = Number(first); ; at++) {
  ingest.accept(id, [{ type: 'openInterest', time: START + at, openInterest: 1 }])
  ingest.cover(id, 'openInterest', START + at + 1)
  if (at % 5 !== 0) continue
  await ingest.flush()
  process.stdout.write(`last ${at}\n`)
}
