/** Words of joining: signing up, invitations, links by e-mail, a new password, and one's own data. */

interface Letter {
  subject: string
  text: string
}
const letter = (subject: string, ...paragraphs: string[]): Letter => ({
  subject,
  text: [...paragraphs, 'Faultline'].join('\n\n'),
})

export const joining = {
  name: 'Name',
  nameHint: 'As others in your teams see it.',
  email: 'Email',
  password: 'Password',
  passwordHint: 'At least 12 characters.',
  newPassword: 'New password',
  toSignIn: 'Sign in',
  toReset: 'Set a new password',
  toSignUp: 'Sign up again',
  toHeatmap: 'Open the heatmap',
  noAnswer: 'The server did not answer. Check that it is running, then try again.',
  /** before what a rule says of a field: "must have at least 12 characters" */
  fields: { name: 'The name', email: 'The address', password: 'The password', token: 'The link' } as Record<string, string>,
  offer: 'Create an account',
  forgot: 'Forgot your password?',
  signUp: {
    title: 'Create an account',
    lead: 'Liquidation heatmaps of this installation.',
    submit: 'Create the account',
    pending: 'Creating …',
    missing: 'Fill in name, email and password.',
    have: 'You have an account?',
    mailTitle: 'Look into your mail',
    mail: (email: string) =>
      `If ${email} is free, a message with a link is on its way to it. The account exists once you have used that link, within 24 hours. If the address has an account already, the message says so.`,
    noMail: 'Nothing came? Look into the spam folder, or sign up again in a few minutes.',
    invitationTitle: 'By invitation only',
    invitation: 'New people join this installation by invitation. Ask an administrator for one; it comes as a link.',
    closedTitle: 'No new accounts',
    closed: 'This installation takes no new people at the moment. Ask an administrator.',
    made: 'Your account is made. Sign in with it now.',
  },
  confirm: {
    title: 'Finish signing up',
    lead: (email: string) => `For ${email}. Enter the password that you chose, so that only you can finish this.`,
    thenInvitation: 'Then the invitation of the team opens.',
    submit: 'Confirm and sign in',
    pending: 'Confirming …',
    missing: 'Enter the password that you chose.',
  },
  invitation: {
    title: 'You are invited',
    lead: (inviter: string | null) =>
      inviter === null
        ? 'An administrator invites you to this installation of Faultline.'
        : `${inviter} invites you to this installation of Faultline.`,
    inviter: 'Invited by',
    until: (when: string) => `The invitation is good until ${when}.`,
    submit: 'Create the account',
    pending: 'Creating …',
    missing: 'Fill in name and password.',
    signedIn: (email: string) => `You are signed in as ${email}. Accepting makes another account and signs you in with that.`,
  },
  reset: {
    title: 'Set a new password',
    ask: 'Which address do you sign in with?',
    askSubmit: 'Ask for a new password',
    askPending: 'Asking …',
    askMissing: 'Enter your email.',
    doneTitle: 'Asked',
    doneMail: (email: string) => `If ${email} has an account, a link is on its way to it. It works for one hour.`,
    doneNoMail: (email: string) =>
      `If ${email} has an account, the administrators see your request now. This installation sends no e-mail: ask one of them for the link.`,
    lead: (email: string) => `For ${email}. Every session ends; a second factor stays.`,
    submit: 'Set the password',
    pending: 'Setting …',
    missing: 'Enter a new password.',
  },
  verify: {
    title: 'Confirm your e-mail',
    lead: (email: string) => `Is ${email} your address?`,
    changeLead: (email: string) => `From now on you sign in with ${email}.`,
    submit: 'Confirm the address',
    pending: 'Confirming …',
    doneTitle: 'Confirmed',
    done: (email: string) => `${email} is confirmed.`,
  },
  link: {
    unknownTitle: 'This link is not known',
    unknown:
      'Check that it was copied whole, to the last character. It may also have been taken back, or replaced by a newer one: use the newest message.',
    usedTitle: 'This link was used already',
    expiredTitle: 'This link has expired',
    closedTitle: 'No new accounts',
    closed: 'This installation takes no new people at the moment. Ask an administrator.',
    otherTitle: 'This link is for something else',
    /** what to do after a used link, by what it was for */
    used: {
      'sign up': 'Each link works once. Your account is there: sign in.',
      'confirm address': 'Each link works once. The address is confirmed: nothing is left to do.',
      'change address': 'Each link works once. Sign in with the new address.',
      'reset password': 'Each link works once. Sign in with the new password, or ask for another link.',
      'accept invitation': 'Each invitation works once. Sign in with the account that was made of it.',
    },
    expired: {
      'sign up': 'It worked for 24 hours. Sign up again; nothing was kept of the first time.',
      'confirm address': 'It worked for 24 hours. Sign in and have another one sent.',
      'change address': 'It worked for one hour. Sign in and change your address once more; the old one still counts.',
      'reset password': 'Ask for another one.',
      'accept invitation': 'It worked for seven days. Ask whoever invited you for a new one.',
    },
  },
  banner: {
    name: 'Unconfirmed e-mail',
    text: 'Confirm your e-mail: use the link that we send you.',
    send: 'Send the link',
    sending: 'Sending …',
    sent: (email: string) => `Sent to ${email}. Look into your mail.`,
  },
  emailSection: {
    title: 'E-mail',
    current: 'Address',
    confirmed: 'confirmed',
    unconfirmed: 'not confirmed',
    leadMail: 'A link goes to the new address, and a note to the old one. The new address counts once that link was used.',
    leadNoMail: 'This installation sends no e-mail: the new address counts at once.',
    next: 'New email',
    password: 'Your password',
    submit: 'Change the address',
    pending: 'Changing …',
    missing: 'Enter the new email and your password.',
    look: (email: string) => `Look into the mail of ${email}: if the address is free, a link is there. It works for one hour.`,
    changed: 'Your address is changed. Sign in with it from now on.',
  },
  nameSection: {
    title: 'Your name',
    submit: 'Change the name',
    pending: 'Changing …',
    missing: 'Enter a name.',
    done: 'Your name is changed.',
  },
  data: {
    title: 'Your data',
    exportLead:
      'One JSON file: profile, sessions, saved layouts, views and watchlists, comments, alert rules, teams. Passwords and keys are not in it.',
    export: 'Download your data',
    exporting: 'Gathering …',
    fileName: (day: string) => `faultline-own-data-${day}.json`,
    exported: 'Your data is in the downloads.',
    deleteTitle: 'Delete the account',
    deleteLead:
      'Ends your account with all that is yours: sessions, saved layouts, views and watchlists, your comments, alert rules, and teams in which you are alone. What you made in a team with others stays there. This cannot be undone.',
    open: 'Delete the account …',
    typeEmail: 'Type your email',
    password: 'Password of this account',
    submit: 'Delete everything',
    deleting: 'Deleting …',
    missing: 'Type your email and your password.',
    keep: 'Keep the account',
  },
  mail: {
    signUp: ({ link }: { link: string }): Letter =>
      letter(
        'Finish signing up for Faultline',
        'Somebody, probably you, signed up with this address. To finish, open this link within 24 hours and enter the password that was chosen:',
        link,
        'If it was not you, do nothing: no account is made.',
      ),
    signUpTaken: ({ signIn, reset }: { signIn: string; reset: string }): Letter =>
      letter(
        'You have a Faultline account already',
        'Somebody, probably you, tried to sign up with this address. It has an account already, and nothing has changed.',
        `Sign in: ${signIn}`,
        `If you do not know your password: ${reset}`,
      ),
    verify: ({ link }: { link: string }): Letter =>
      letter('Confirm your e-mail', 'To confirm that this is your address, open this link within 24 hours:', link),
    reset: ({ link }: { link: string }): Letter =>
      letter(
        'Set a new password for Faultline',
        'Somebody, probably you, asked for a new password. To set it, open this link within one hour:',
        link,
        'If it was not you, do nothing: your password stays as it is.',
      ),
    passwordChanged: ({ ip }: { ip: string }): Letter =>
      letter(
        'Your Faultline password was changed',
        `Your password was set anew with a link, from the network address ${ip}. Every session has ended.`,
        'If it was not you, ask an administrator at once.',
      ),
    invitation: ({ inviter, host, link }: { inviter: string; host: string; link: string }): Letter =>
      letter(
        'You are invited to Faultline',
        `${inviter} invites you to Faultline at ${host}. To make your account, open this link within seven days:`,
        link,
        'If you expect no invitation, do nothing.',
      ),
    changeEmail: ({ link }: { link: string }): Letter =>
      letter(
        'Confirm your new e-mail',
        'A Faultline account is to be signed in to with this address. If that is yours, open this link within one hour:',
        link,
        'If it is not, do nothing.',
      ),
    changeTaken: (): Letter =>
      letter(
        'Your address was asked for by another account',
        'Somebody with a Faultline account wanted to use your address for it. It is the address of your account, and nothing has changed.',
      ),
    changeAsked: ({ email }: { email: string }): Letter =>
      letter(
        'Your Faultline address is to change',
        `Your account is to be signed in to with ${email}, once the link that was sent there is used.`,
        'If it was not you, sign in and change your password at once.',
      ),
    changed: ({ email }: { email: string }): Letter =>
      letter(
        'Your Faultline address has changed',
        `Your account is signed in to with ${email} from now on.`,
        'If it was not you, ask an administrator at once.',
      ),
  },
}
