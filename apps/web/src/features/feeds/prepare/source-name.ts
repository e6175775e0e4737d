/** Few fonts have the circled S that Binance writes in its product's name, and a box says nothing. */
export const sourceName = (name: string): string => name.replace('Ⓢ', 'S')
