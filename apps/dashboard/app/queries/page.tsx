import type {Metadata} from 'next'
import {Suspense} from 'react'
import {QueriesPage} from '../../features/queries/queries-page.tsx'
import {Skeleton} from '../../ui/faces.tsx'

export const metadata: Metadata = {title: 'Queries'}

export default function Queries() {
  return (
    <Suspense fallback={<Skeleton />}>
      <QueriesPage />
    </Suspense>
  )
}
