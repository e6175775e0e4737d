'use client'
import { messages } from '../../messages.ts'

const text = messages.alerts.rules

/** Whose rules: one's own, or those of a team. Without a team there is nothing to choose. */
export function OwnerSelect({
  teams,
  value,
  onChange,
}: {
  teams: readonly { id: string; name: string; locked: boolean }[]
  value: string | null
  onChange: (teamId: string | null) => void
}) {
  if (teams.length === 0) return null
  return (
    <select
      aria-label={text.whose}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value || null)}
      className="h-7 max-w-[150px] min-w-0 cursor-pointer truncate rounded-md border border-line2 bg-s2 px-2 font-medium text-t1 hover:bg-s3 max-phone:h-10"
    >
      <option value="">{text.mine}</option>
      {teams.map(({ id, name, locked }) => (
        <option key={id} value={id} disabled={locked} title={locked ? text.locked : undefined}>
          {/* an option is text alone: a name keeps its direction to itself by these */}
          {`\u2068${name || text.team}\u2069`}
        </option>
      ))}
    </select>
  )
}
