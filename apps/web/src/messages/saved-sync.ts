/** Words of what is saved by several people at once, and of work that is not saved yet. */

const named = (name: string): string => `“\u2068${name}\u2069”`
/** A name that people gave: its direction is its own, and ends with it. */
const person = (name: string): string => `\u2068${name}\u2069`

export const savedSync = {
  you: 'You',
  somebody: 'Somebody',
  /** without changes of one's own */
  loaded: (who: string, name: string) => `${person(who)} changed ${named(name)}: you see theirs now`,
  loadedOwn: (name: string) => `${named(name)} was changed in another window of yours: this is the newest`,
  restored: 'What you had not saved is here again',
  conflict: {
    title: (name: string) => `${named(name)} was changed meanwhile`,
    justNow: 'just now',
    lead: (who: string, ago: string) => `${person(who)} saved a change ${ago}. Yours is not saved yet; nothing is lost until you choose.`,
    renamed: (name: string) => `It is called ${named(name)} now.`,
    theirs: 'Look at theirs',
    theirsWhy: 'Your changes are dropped',
    copy: 'Save mine as a copy',
    copyWhy: 'Both are kept',
    over: 'Save mine over theirs',
    overWhy: 'Theirs stays among the earlier versions',
  },
  goOn: {
    name: 'Continue',
    left: 'You were at',
    unsaved: 'Work that is not saved:',
    go: 'Continue where you left off',
    dismiss: 'Stay here',
  },
}
