import {graphql} from './document.ts'

export type GroupOffset = {
  readonly topic: string
  readonly partition: number
  readonly committedOffset: string | null
  readonly endOffset: string
  readonly lag: string
  readonly lagMs: string
}

export type ConsumerGroup = {
  readonly id: string
  readonly state: 'EMPTY' | 'STABLE' | 'REBALANCING'
  readonly generation: number
  readonly lag: string
  readonly members: readonly {
    readonly id: string
    readonly clientId: string
    readonly assignment: readonly {readonly topic: string; readonly partition: number}[]
  }[]
  readonly offsets: readonly GroupOffset[]
}

export const groupsDocument = graphql<{readonly consumerGroups: readonly ConsumerGroup[]}>(`
  {
    consumerGroups {
      id
      state
      generation
      lag
      members {
        id
        clientId
        assignment {
          topic
          partition
        }
      }
      offsets {
        topic
        partition
        committedOffset
        endOffset
        lag
        lagMs
      }
    }
  }
`)
