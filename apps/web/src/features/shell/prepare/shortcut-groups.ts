/** The list of shortcuts in groups: pure. */
interface Listed {
  keys: string
  label: string
  group: string | null
}

/** In the order in which groups and keys were registered, but the page's own keys first. `page` names their group. */
export function groupsOf<K extends Listed>(hotkeys: readonly K[], page: string): { name: string; keys: K[] }[] {
  const groups = new Map<string, K[]>()
  for (const hotkey of hotkeys) {
    const name = hotkey.group ?? page
    groups.set(name, [...(groups.get(name) ?? []), hotkey])
  }
  return [...groups].map(([name, keys]) => ({ name, keys })).sort((a, b) => Number(b.name === page) - Number(a.name === page))
}
