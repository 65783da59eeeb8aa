import {Kind, type GraphQLResolveInfo, type SelectionSetNode} from 'graphql'

/** Whether a field of this name is asked for below the field at hand, at whatever depth. */
export function asksFor(info: GraphQLResolveInfo, name: string): boolean {
  const isIn = (set: SelectionSetNode | undefined): boolean =>
    set?.selections.some(node => {
      if (node.kind === Kind.FRAGMENT_SPREAD) return isIn(info.fragments[node.name.value]?.selectionSet)
      return (node.kind === Kind.FIELD && node.name.value === name) || isIn(node.selectionSet)
    }) ?? false
  return info.fieldNodes.some(({selectionSet}) => isIn(selectionSet))
}
