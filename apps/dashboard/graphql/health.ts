import {graphql} from './document.ts'

export type Health = {
  readonly isReady: boolean
  readonly storage: string
  readonly acksLeader: string
  readonly acksAll: string
  readonly canAckAll: boolean
  readonly facts: readonly {readonly name: string; readonly value: string}[]
}

export const healthDocument = graphql<{readonly health: Health}>(`
  {
    health {
      isReady
      storage
      acksLeader
      acksAll
      canAckAll
      facts {
        name
        value
      }
    }
  }
`)
