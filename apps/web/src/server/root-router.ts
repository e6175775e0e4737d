import { changePasswordProcedure } from '../features/account/server/change-password.ts'
import { securityProcedure, unlinkIdentityProcedure } from '../features/account/server/identities.ts'
import { meProcedure } from '../features/account/server/me.ts'
import {
  beginSecondFactorProcedure,
  confirmSecondFactorProcedure,
  disableSecondFactorProcedure,
  renewRecoveryCodesProcedure,
} from '../features/account/server/second-factor.ts'
import { endOtherSessionsProcedure, endSessionProcedure, sessionsProcedure } from '../features/account/server/sessions.ts'
import { patchSettingsProcedure, settingsProcedure } from '../features/account/server/settings.ts'
import { auditActionsProcedure, listAuditProcedure } from '../features/admin/server/audit.ts'
import {
  grantPlanProcedure,
  listPeopleProcedure,
  personProcedure,
  removePersonProcedure,
  resetSecondFactorProcedure,
  setDisabledProcedure,
  setRoleProcedure,
  signOutProcedure,
} from '../features/admin/server/people.ts'
import { listPlansProcedure, updatePlanProcedure } from '../features/admin/server/plans.ts'
import { readSettingsProcedure, setRetentionProcedure, setSignUpProcedure } from '../features/admin/server/settings.ts'
import { retryJobProcedure, systemProcedure } from '../features/admin/server/system.ts'
import { listTeamsProcedure, removeTeamProcedure } from '../features/admin/server/teams.ts'
import { alertsRouter } from '../features/alerts/server/router.ts'
import {
  createProcedure as createApiKeyProcedure,
  listProcedure as listApiKeysProcedure,
  revokeProcedure as revokeApiKeyProcedure,
} from '../features/api-keys/server/api-keys.ts'
import { currentProcedure } from '../features/feeds/server/current.ts'
import { detailProcedure } from '../features/feeds/server/detail.ts'
import { defaultRangeProcedure } from '../features/heatmap/server/default-range.ts'
import { viewProcedure } from '../features/heatmap/server/view.ts'
import { listProcedure } from '../features/instruments/server/list.ts'
import { changeEmailProcedure, sendVerificationProcedure, verifyProcedure } from '../features/joining/server/addresses.ts'
import {
  acceptInvitationProcedure,
  invitationsProcedure,
  inviteProcedure,
  resendInvitationProcedure,
  revokeInvitationProcedure,
} from '../features/joining/server/invitations.ts'
import { lookAtLinkProcedure } from '../features/joining/server/look-at-link.ts'
import {
  createResetLinkProcedure,
  requestResetProcedure,
  resetProcedure,
  resetRequestsProcedure,
} from '../features/joining/server/reset.ts'
import { confirmSignUpProcedure, policyProcedure, signUpProcedure } from '../features/joining/server/sign-up.ts'
import { currentProcedure as observedNowProcedure } from '../features/observed/server/current.ts'
import { layerProcedure } from '../features/observed/server/layer.ts'
import { addProcedure, clearProcedure, exportProcedure, statusProcedure, switchProcedure } from '../features/observed/server/manage.ts'
import { deleteAccountProcedure, exportProcedure as exportOwnProcedure, renameProcedure } from '../features/own-data/server/own-data.ts'
import { mineProcedure as myPlanProcedure } from '../features/plans/server/mine.ts'
import { currentReadingsProcedure } from '../features/readings/server/current.ts'
import { historyReadingsProcedure } from '../features/readings/server/history.ts'
import {
  createProcedure as createSavedProcedure,
  duplicateProcedure,
  getProcedure,
  listProcedure as listSavedProcedure,
  moveProcedure,
  readAllProcedure,
  removeProcedure,
  restoreProcedure,
  updateProcedure as updateSavedProcedure,
  versionProcedure,
  versionsProcedure,
} from '../features/saved/server/saved.ts'
import { getWorkingProcedure, putWorkingProcedure } from '../features/saved/server/working.ts'
import { summaryProcedure } from '../features/score/server/summary.ts'
import { screenerBreakoutsProcedure, screenerListProcedure } from '../features/screener/server/list.ts'
import {
  createProcedure as createShareProcedure,
  extendProcedure,
  listProcedure as listSharesProcedure,
  listTeamProcedure,
  revokeProcedure,
} from '../features/share/server/share.ts'
import {
  backfillProcedure,
  backfillsProcedure,
  cancelBackfillProcedure,
  checkProcedure,
  checkResultProcedure,
  createProcedure as createSourceProcedure,
  removeCredentialProcedure,
  removeProcedure as removeSourceProcedure,
  setCredentialProcedure,
} from '../features/sources/server/administer.ts'
import { listProcedure as listSourcesProcedure } from '../features/sources/server/list.ts'
import { quarantineProcedure } from '../features/sources/server/quarantine.ts'
import { updateProcedure } from '../features/sources/server/update.ts'
import { followProcedure } from '../features/stream/server/follow.ts'
import { commentsRouter, teamsRouter } from '../features/teams/server/router.ts'
import { chooseProcedure } from '../features/venues/server/choose.ts'
import { router } from './trpc.ts'

export const rootRouter = router({
  apiKeys: router({ list: listApiKeysProcedure, create: createApiKeyProcedure, revoke: revokeApiKeyProcedure }),
  plans: router({ mine: myPlanProcedure }),
  admin: router({
    people: router({
      list: listPeopleProcedure,
      get: personProcedure,
      setRole: setRoleProcedure,
      setDisabled: setDisabledProcedure,
      signOut: signOutProcedure,
      resetSecondFactor: resetSecondFactorProcedure,
      grantPlan: grantPlanProcedure,
      remove: removePersonProcedure,
    }),
    teams: router({ list: listTeamsProcedure, remove: removeTeamProcedure }),
    plans: router({ list: listPlansProcedure, update: updatePlanProcedure }),
    settings: router({ read: readSettingsProcedure, setSignUp: setSignUpProcedure, setRetention: setRetentionProcedure }),
    audit: router({ list: listAuditProcedure, actions: auditActionsProcedure }),
    system: router({ read: systemProcedure, retryJob: retryJobProcedure }),
  }),
  alerts: alertsRouter,
  instruments: router({ list: listProcedure }),
  heatmap: router({ view: viewProcedure, defaultRange: defaultRangeProcedure }),
  account: router({
    me: meProcedure,
    settings: settingsProcedure,
    patchSettings: patchSettingsProcedure,
    changePassword: changePasswordProcedure,
    security: securityProcedure,
    sessions: sessionsProcedure,
    endSession: endSessionProcedure,
    endOtherSessions: endOtherSessionsProcedure,
    beginSecondFactor: beginSecondFactorProcedure,
    confirmSecondFactor: confirmSecondFactorProcedure,
    renewRecoveryCodes: renewRecoveryCodesProcedure,
    disableSecondFactor: disableSecondFactorProcedure,
    unlinkIdentity: unlinkIdentityProcedure,
  }),
  feeds: router({ current: currentProcedure, detail: detailProcedure }),
  sources: router({
    list: listSourcesProcedure,
    update: updateProcedure,
    quarantine: quarantineProcedure,
    create: createSourceProcedure,
    remove: removeSourceProcedure,
    setCredential: setCredentialProcedure,
    removeCredential: removeCredentialProcedure,
    backfill: backfillProcedure,
    backfills: backfillsProcedure,
    cancelBackfill: cancelBackfillProcedure,
    check: checkProcedure,
    checkResult: checkResultProcedure,
  }),
  venues: router({ choose: chooseProcedure }),
  readings: router({ current: currentReadingsProcedure, history: historyReadingsProcedure }),
  screener: router({ list: screenerListProcedure, breakouts: screenerBreakoutsProcedure }),
  /** layouts, views and watchlists */
  saved: router({
    list: listSavedProcedure,
    readAll: readAllProcedure,
    get: getProcedure,
    create: createSavedProcedure,
    update: updateSavedProcedure,
    duplicate: duplicateProcedure,
    move: moveProcedure,
    remove: removeProcedure,
    versions: versionsProcedure,
    version: versionProcedure,
    restore: restoreProcedure,
    /** the screen as it was left */
    working: router({ get: getWorkingProcedure, put: putWorkingProcedure }),
  }),
  teams: teamsRouter,
  comments: commentsRouter,
  /** links to saved views, for people without an account */
  share: router({
    list: listSharesProcedure,
    listTeam: listTeamProcedure,
    create: createShareProcedure,
    extend: extendProcedure,
    revoke: revokeProcedure,
  }),
  score: router({ summary: summaryProcedure }),
  observed: router({
    current: observedNowProcedure,
    layer: layerProcedure,
    status: statusProcedure,
    switch: switchProcedure,
    add: addProcedure,
    clear: clearProcedure,
    export: exportProcedure,
  }),
  /** how people get in: sign-up, invitations, links by e-mail */
  joining: router({
    policy: policyProcedure,
    signUp: signUpProcedure,
    confirmSignUp: confirmSignUpProcedure,
    lookAtLink: lookAtLinkProcedure,
    requestReset: requestResetProcedure,
    reset: resetProcedure,
    resetRequests: resetRequestsProcedure,
    createResetLink: createResetLinkProcedure,
    invite: inviteProcedure,
    invitations: invitationsProcedure,
    resendInvitation: resendInvitationProcedure,
    revokeInvitation: revokeInvitationProcedure,
    acceptInvitation: acceptInvitationProcedure,
    sendVerification: sendVerificationProcedure,
    changeEmail: changeEmailProcedure,
    verify: verifyProcedure,
  }),
  ownData: router({ rename: renameProcedure, export: exportOwnProcedure, remove: deleteAccountProcedure }),
  /** subscriptions, served by the front at /api/stream */
  stream: router({ follow: followProcedure }),
})
export type AppRouter = typeof rootRouter
