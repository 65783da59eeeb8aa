import type {Metadata} from 'next'
import {Suspense} from 'react'
import {GroupsPage} from '../../features/groups/groups-page.tsx'
import {Skeleton} from '../../ui/faces.tsx'

export const metadata: Metadata = {title: 'Consumer groups'}

export default function Groups() {
  return (
    <Suspense fallback={<Skeleton />}>
      <GroupsPage />
    </Suspense>
  )
}
