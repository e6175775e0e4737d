import { router } from '../../../server/trpc.ts'
import { activityProcedure } from './activity.ts'
import {
  addCommentProcedure,
  commentSummaryProcedure,
  editCommentProcedure,
  listCommentsProcedure,
  removeCommentProcedure,
} from './comments.ts'
import {
  invitationsProcedure,
  inviteProcedure,
  joinProcedure,
  offerProcedure,
  renewInvitationProcedure,
  revokeInvitationProcedure,
} from './invitations.ts'
import { signUpOfferProcedure, signUpProcedure } from './sign-up.ts'
import {
  adoptItemProcedure,
  changeRoleProcedure,
  createProcedure,
  getProcedure,
  itemsProcedure,
  leaveProcedure,
  membersProcedure,
  mineProcedure,
  removeMemberProcedure,
  removeProcedure,
  transferProcedure,
  updateProcedure,
} from './teams.ts'

export const teamsRouter = router({
  mine: mineProcedure,
  create: createProcedure,
  get: getProcedure,
  update: updateProcedure,
  remove: removeProcedure,
  members: membersProcedure,
  changeRole: changeRoleProcedure,
  removeMember: removeMemberProcedure,
  leave: leaveProcedure,
  transfer: transferProcedure,
  items: itemsProcedure,
  adoptItem: adoptItemProcedure,
  invitations: invitationsProcedure,
  invite: inviteProcedure,
  renewInvitation: renewInvitationProcedure,
  revokeInvitation: revokeInvitationProcedure,
  activity: activityProcedure,
  /** of a link, for whoever has it */
  offer: offerProcedure,
  join: joinProcedure,
  /** for those who have no account yet */
  signUpOffer: signUpOfferProcedure,
  signUp: signUpProcedure,
})

/** on views, layouts and watchlists */
export const commentsRouter = router({
  list: listCommentsProcedure,
  summary: commentSummaryProcedure,
  add: addCommentProcedure,
  edit: editCommentProcedure,
  remove: removeCommentProcedure,
})
