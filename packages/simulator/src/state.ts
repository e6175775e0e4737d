/**
 * What running things are made of when they are put away: a tree of numbers, texts and typed arrays. Every part of the
 * market gives its own (`state`) and takes it back (`restore`); market-checkpoint turns the tree into bytes.
 */
export type StateTree = { readonly [name: string]: StateValue }
export type StateValue = number | string | Float64Array | Int32Array | Uint8Array | StateTree
