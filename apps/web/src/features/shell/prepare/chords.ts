/**
 * Names of keys as pages register them: `[`, `/`, `?`, `t`, `Shift+t`, `Mod+k`, `Mod+Shift+c`, `ArrowLeft`, and sequences with a
 * space between (`g h`). `Mod` is ⌘ or Ctrl. Characters that are not letters or digits are named by what they write: on which key they
 * are, and with which modifiers, differs from keyboard to keyboard. Pure.
 */

export interface KeyPress {
  key: string
  metaKey: boolean
  ctrlKey: boolean
  altKey: boolean
  shiftKey: boolean
  /** AltGr is held: it is reported as Ctrl and Alt together by some systems, and is neither */
  altGraph: boolean
}

const LETTER_OR_DIGIT = /^[\p{L}\p{N}]$/u
const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Fn', 'Dead', 'Process', 'Unidentified'])

/** What was pressed; null where it is a modifier alone, or combined with Alt. */
export function chordOf({ key, metaKey, ctrlKey, altKey, shiftKey, altGraph }: KeyPress): string | null {
  if (MODIFIERS.has(key)) return null
  const mod = (metaKey || ctrlKey) && !altGraph
  const writes = [...key].length === 1
  if (writes && !LETTER_OR_DIGIT.test(key)) return altKey && !altGraph && mod ? null : `${mod ? 'Mod+' : ''}${key}`
  if (altKey) return null
  return `${mod ? 'Mod+' : ''}${shiftKey ? 'Shift+' : ''}${writes ? key.toLowerCase() : key}`
}

/** Single keys can be turned off and do nothing while somebody types; those with Mod always work. */
export const isSingle = (chord: string): boolean => !chord.startsWith('Mod+')

/**
 * The next step of a sequence. `begun` is what was pressed before (`''`: nothing). `run`: which of `known` this completes; `begun`: what
 * has been begun now. A key that does not go on with a sequence counts as itself.
 */
export function nextChord(begun: string, chord: string, known: Iterable<string>): { run: string | null; begun: string } {
  const keys = [...known]
  for (const attempt of begun === '' ? [chord] : [`${begun} ${chord}`, chord]) {
    if (keys.includes(attempt)) return { run: attempt, begun: '' }
    if (keys.some((name) => name.startsWith(`${attempt} `))) return { run: null, begun: attempt }
  }
  return { run: null, begun: '' }
}

const MAC: Record<string, string> = { Mod: '⌘', Shift: '⇧' }
const OTHERS: Record<string, string> = { Mod: 'Ctrl' }
const NAMES: Record<string, string> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
  ' ': 'Space',
  Enter: '↵',
}

/** How the keys of a chord or a sequence are written: `Mod+k` → `[['Ctrl', 'K']]`, `g h` → `[['G'], ['H']]`. */
export const keyCaps = (name: string, mac: boolean): string[][] =>
  (name === ' ' ? [name] : name.split(' ')).map((chord) =>
    (chord === '+' ? ['+'] : chord.split(/\+(?=.)/)).map(
      (key) => (mac ? MAC : OTHERS)[key] ?? NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key),
    ),
  )
