import type {Metadata} from 'next'
import {Suspense} from 'react'
import {SqlPage} from '../../features/sql/sql-page.tsx'
import {Skeleton} from '../../ui/faces.tsx'

export const metadata: Metadata = {title: 'SQL'}

export default function Sql() {
  return (
    <Suspense fallback={<Skeleton />}>
      <SqlPage />
    </Suspense>
  )
}
