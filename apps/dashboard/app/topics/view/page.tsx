import type {Metadata} from 'next'
import {Suspense} from 'react'
import {TopicPage} from '../../../features/topics/topic-page.tsx'
import {Skeleton} from '../../../ui/faces.tsx'

export const metadata: Metadata = {title: 'Topic'}

export default function Topic() {
  return (
    <Suspense fallback={<Skeleton />}>
      <TopicPage />
    </Suspense>
  )
}
