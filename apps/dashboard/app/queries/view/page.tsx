import type {Metadata} from 'next'
import {Suspense} from 'react'
import {QueryPage} from '../../../features/queries/query-page.tsx'
import {Skeleton} from '../../../ui/faces.tsx'

export const metadata: Metadata = {title: 'Query'}

export default function Query() {
  return (
    <Suspense fallback={<Skeleton />}>
      <QueryPage />
    </Suspense>
  )
}
