import { changePasswordProcedure } from '../features/account/server/change-password.ts'
import { meProcedure } from '../features/account/server/me.ts'
import { defaultRangeProcedure } from '../features/heatmap/server/default-range.ts'
import { viewProcedure } from '../features/heatmap/server/view.ts'
import { listProcedure } from '../features/instruments/server/list.ts'
import { startProcedure } from '../features/sample/server/start.ts'
import { statusProcedure } from '../features/sample/server/status.ts'
import { listProcedure as listSourcesProcedure } from '../features/sources/server/list.ts'
import { quarantineProcedure } from '../features/sources/server/quarantine.ts'
import { updateProcedure } from '../features/sources/server/update.ts'
import { columnsProcedure } from '../features/stream/server/columns.ts'
import { progressProcedure } from '../features/stream/server/progress.ts'
import { router } from './trpc.ts'

export const rootRouter = router({
  instruments: router({ list: listProcedure }),
  heatmap: router({ view: viewProcedure, defaultRange: defaultRangeProcedure }),
  account: router({ me: meProcedure, changePassword: changePasswordProcedure }),
  sample: router({ start: startProcedure, status: statusProcedure }),
  sources: router({ list: listSourcesProcedure, update: updateProcedure, quarantine: quarantineProcedure }),
  /** subscriptions, served by the front at /api/stream */
  stream: router({ columns: columnsProcedure, progress: progressProcedure }),
})
export type AppRouter = typeof rootRouter
