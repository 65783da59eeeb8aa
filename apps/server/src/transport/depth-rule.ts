import {GraphQLError, Kind, type ASTNode, type FragmentDefinitionNode, type ValidationRule} from 'graphql'

/** Refuses documents whose selections nest deeper than `depthMax`, fragments followed; introspection included. */
export const depthRule =
  (depthMax: number): ValidationRule =>
  context => {
    const fragments = new Map<string, FragmentDefinitionNode>()
    for (const definition of context.getDocument().definitions)
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition)
    /** True when some path under `node` is too deep. `open` holds the fragments being followed: cycles are another rule's error. */
    const isTooDeep = (node: ASTNode, depth: number, open: ReadonlySet<string>): boolean => {
      if (depth > depthMax) return true
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(node.name.value)
        return (
          fragment !== undefined && !open.has(node.name.value) && isTooDeep(fragment, depth, new Set([...open, node.name.value]))
        )
      }
      if (!('selectionSet' in node) || !node.selectionSet) return false
      return node.selectionSet.selections.some(child => isTooDeep(child, child.kind === Kind.FIELD ? depth + 1 : depth, open))
    }
    return {
      OperationDefinition: node => {
        if (isTooDeep(node, 0, new Set()))
          context.reportError(
            new GraphQLError(`The document nests deeper than ${depthMax} levels.`, {
              nodes: node,
              extensions: {code: 'LIMIT_EXCEEDED', retryable: false},
            }),
          )
        return false
      },
    }
  }
