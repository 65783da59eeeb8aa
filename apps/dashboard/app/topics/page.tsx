import type {Metadata} from 'next'
import {Suspense} from 'react'
import {TopicsPage} from '../../features/topics/topics-page.tsx'
import {Skeleton} from '../../ui/faces.tsx'

export const metadata: Metadata = {title: 'Topics'}

export default function Topics() {
  return (
    <Suspense fallback={<Skeleton />}>
      <TopicsPage />
    </Suspense>
  )
}
