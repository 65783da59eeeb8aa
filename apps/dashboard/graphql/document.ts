/** A GraphQL document with the types of its result and variables, which exist only at compile time. */
export type GraphqlDocument<Result, Variables> = {
  readonly text: string
  readonly types?: {readonly result: Result; readonly variables: Variables}
}

export type NoVariables = Readonly<Record<string, never>>

export const graphql = <Result, Variables = NoVariables>(text: string): GraphqlDocument<Result, Variables> => ({text})
