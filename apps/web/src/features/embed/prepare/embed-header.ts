/**
 * With it an embed says what it may read, and a view's answer brings a fresh one. No part of an address: a tile keeps its place in the
 * browser's cache, and no log has it.
 */
export const EMBED_HEADER = 'Faultline-Embed'
