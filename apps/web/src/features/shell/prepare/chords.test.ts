import { describe, expect, it } from 'vitest'
import { chordOf, isSingle, type KeyPress, keyCaps, nextChord } from './chords.ts'

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  metaKey: false,
  ctrlKey: false,
  altKey: false,
  shiftKey: false,
  altGraph: false,
  ...held,
})

describe('chordOf', () => {
  it('names letters without regard to case, and says Shift', () => {
    expect(chordOf(press('k', { ctrlKey: true }))).toBe('Mod+k')
    expect(chordOf(press('K', { metaKey: true }))).toBe('Mod+k')
    expect(chordOf(press('C', { ctrlKey: true, shiftKey: true }))).toBe('Mod+Shift+c')
    expect(chordOf(press('T'))).toBe('t') // Caps Lock
  })
  it('names other characters by what they write, whatever has to be held for it', () => {
    expect(chordOf(press('?', { shiftKey: true }))).toBe('?')
    expect(chordOf(press('[', { ctrlKey: true, altKey: true, altGraph: true }))).toBe('[') // AltGr + 8
    expect(chordOf(press('[', { altKey: true }))).toBe('[') // Option + 5
  })
  it('leaves modifiers alone, and what is combined with Alt', () => {
    expect(chordOf(press('Shift', { shiftKey: true }))).toBeNull()
    expect(chordOf(press('f', { altKey: true }))).toBeNull()
    expect(chordOf(press('ArrowLeft', { altKey: true }))).toBeNull()
    expect(chordOf(press('ArrowLeft', { shiftKey: true }))).toBe('Shift+ArrowLeft')
  })
})

describe('nextChord', () => {
  const known = ['g h', 'g m', '[', 't']
  it('waits for the second key', () => {
    expect(nextChord('', 'g', known)).toEqual({ run: null, begun: 'g' })
    expect(nextChord('g', 'm', known)).toEqual({ run: 'g m', begun: '' })
  })
  it('takes a key that does not go on with the sequence as itself', () => {
    expect(nextChord('g', '[', known)).toEqual({ run: '[', begun: '' })
    expect(nextChord('g', 'g', known)).toEqual({ run: null, begun: 'g' })
    expect(nextChord('g', 'x', known)).toEqual({ run: null, begun: '' })
  })
})

it('tells single keys from those with Mod', () => {
  expect(isSingle('g h')).toBe(true)
  expect(isSingle('Shift+t')).toBe(true)
  expect(isSingle('Mod+k')).toBe(false)
})

it('writes keys as the keyboard does', () => {
  expect(keyCaps('Mod+Shift+c', false)).toEqual([['Ctrl', 'Shift', 'C']])
  expect(keyCaps('Mod+k', true)).toEqual([['⌘', 'K']])
  expect(keyCaps('g h', true)).toEqual([['G'], ['H']])
  expect(keyCaps('+', false)).toEqual([['+']])
  expect(keyCaps('Mod++', false)).toEqual([['Ctrl', '+']])
})
