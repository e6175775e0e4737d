import { messages } from '../../messages.ts'

const ROLES = ['owner', 'editor', 'viewer'] as const

/** What each role may do, in words, for whoever wants to know. */
export function RolesExplained() {
  return (
    <details className="border-t border-line px-4 py-2.5 text-t2">
      <summary className="cursor-pointer font-medium text-accfg">{messages.teams.members.whatRolesMay}</summary>
      <dl className="mt-2 grid gap-x-4 gap-y-1.5 phone:grid-cols-[auto_1fr]">
        {ROLES.map((role) => (
          <div key={role} className="contents">
            <dt className="font-semibold text-t1">{messages.teams.roles[role]}</dt>
            <dd className="max-w-[72ch] max-phone:mb-1.5">{messages.teams.may[role]}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
