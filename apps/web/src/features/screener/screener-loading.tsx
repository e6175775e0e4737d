'use client'
import { messages } from '../../messages.ts'
import { AppFrame, PageBody } from '../shell/app-frame.tsx'

/** While the server reads the list: rows keep their height; grey bars, and nothing moves. */
export function ScreenerLoading() {
  return (
    <AppFrame section="screener">
      <PageBody title={messages.screener.title}>
        <div
          data-testid="screener"
          data-state="loading"
          data-rows={0}
          role="status"
          aria-busy="true"
          className="flex flex-col gap-3 phone:gap-4"
        >
          <span className="sr-only">{messages.screener.loading}</span>
          <div aria-hidden="true" className="grid grid-cols-2 gap-2 phone:grid-cols-3 phone:gap-3 wide:grid-cols-5">
            {['a', 'b', 'c', 'd', 'e'].map((key) => (
              <div key={key} className="fl-panel flex flex-col gap-2.5 px-4 py-3 last:max-phone:col-span-2">
                <Bar className="w-20" />
                <Bar className="h-5 w-14" />
              </div>
            ))}
          </div>
          <div aria-hidden="true" className="fl-panel">
            <div className="h-14 border-b border-line" />
            {['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => (
              <div key={key} className="flex h-10 items-center gap-8 border-b border-line px-4 last:border-b-0">
                <Bar className="w-32" />
                <Bar className="w-16" />
                <Bar className="hidden w-36 phone:block" />
                <Bar className="ml-auto w-12" />
              </div>
            ))}
          </div>
        </div>
      </PageBody>
    </AppFrame>
  )
}

const Bar = ({ className }: { className: string }) => <span className={`block h-3 rounded-sm bg-s3 ${className}`} />
