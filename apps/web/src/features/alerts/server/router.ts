import { router } from '../../../server/trpc.ts'
import { channelsProcedure, createChannelProcedure, removeChannelProcedure, testChannelProcedure } from './channels.ts'
import { inboxProcedure, logProcedure, markReadProcedure } from './inbox.ts'
import { createRuleProcedure, removeRuleProcedure, rulesProcedure, testRuleProcedure, updateRuleProcedure } from './rules.ts'

export const alertsRouter = router({
  rules: rulesProcedure,
  createRule: createRuleProcedure,
  updateRule: updateRuleProcedure,
  removeRule: removeRuleProcedure,
  testRule: testRuleProcedure,
  channels: channelsProcedure,
  createChannel: createChannelProcedure,
  removeChannel: removeChannelProcedure,
  testChannel: testChannelProcedure,
  log: logProcedure,
  inbox: inboxProcedure,
  markRead: markReadProcedure,
})
