/** Words of plans: what is locked and why, and what the account page says of one's own. */
export const plans = {
  /** `what`: a range or a coin; `plan`: the first one that has it, null: none here */
  locked: (what: string, plan: string | null) =>
    plan === null ? `${what} is part of no plan here. Ask your administrator.` : `${what} is part of ${plan}. Ask your administrator.`,
  reach: (name: string, range: string, plan: string | null) =>
    `Your plan (${name}) goes back ${range}. ${plan === null ? 'No plan here goes further.' : `Further back is part of ${plan}.`} Ask your administrator.`,
  /** a link shows more than the plan allows */
  shownInstead: (asked: string, shown: string) => `Shown is ${shown}: ${asked}`,
  lockedTitle: (market: string) => `${market} is locked`,
  lockedLead: 'Your plan does not show this market. Its map and readings stay with those whose plan does.',
  others: 'See all markets',
  lockedShort: 'locked',
  title: 'Plan',
  until: (day: string) => `until ${day}, then Free`,
  forever: 'without an end',
  unlimited: 'unlimited',
  allMarkets: 'all markets',
  administrator: 'Administrators are not limited by a plan.',
  failed: 'The plan could not be loaded.',
  loading: 'Loading plan',
  yes: 'yes',
  no: 'no',
  facts: {
    plan: 'Plan',
    ranges: 'Ranges',
    markets: 'Markets',
    api: 'API',
    alertRules: 'Alert rules',
    savedItems: 'Saved layouts, views and watchlists',
    teams: 'Teams of your own',
    teamMembers: 'Members per team',
    shareLinks: 'Share links',
  },
}
