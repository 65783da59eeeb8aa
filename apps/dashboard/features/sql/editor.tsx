'use client'
import {useEffect, useImperativeHandle, useRef, type Ref} from 'react'
import {Compartment, EditorState, Prec} from '@codemirror/state'
import {EditorView, keymap} from '@codemirror/view'
import {editorBasics} from './editor-basics.ts'
import {language, type Catalog} from './editor-language.ts'
import type {Chosen} from './run-script.ts'

export type EditorHandle = {
  /** The selection, or everything. */
  chosen(): Chosen | undefined
  select(from: number, to: number): void
  insert(text: string): void
  replace(text: string): void
}

type EditorProps = {
  readonly handle: Ref<EditorHandle>
  readonly start: string
  readonly catalog: Catalog | undefined
  readonly onChange: (text: string) => void
  readonly onRun: (chosen: Chosen) => void
}

const chosenIn = ({state}: EditorView): Chosen => {
  const {from, to, empty} = state.selection.main
  if (empty) return {text: state.doc.toString(), from: 0, line: 1, column: 1}
  const line = state.doc.lineAt(from)
  return {text: state.sliceDoc(from, to), from, line: line.number, column: from - line.from + 1}
}

/** The script's text. Tab leaves it, as everywhere else on the page; Enter takes a completion. */
export function Editor({handle, start, catalog, onChange, onRun}: EditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const sql = useRef(new Compartment())
  const latest = useRef({onChange, onRun})
  useEffect(() => {
    latest.current = {onChange, onRun}
  })

  useEffect(() => {
    if (!host.current) return undefined
    const run = (of: EditorView): boolean => {
      latest.current.onRun(chosenIn(of))
      return true
    }
    const created = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: start,
        extensions: [
          Prec.highest(keymap.of([{key: 'Mod-Enter', run}])),
          editorBasics,
          sql.current.of(language(undefined)),
          EditorView.updateListener.of(update => update.docChanged && latest.current.onChange(update.state.doc.toString())),
        ],
      }),
    })
    view.current = created
    return () => created.destroy()
  }, [start])

  useEffect(() => view.current?.dispatch({effects: sql.current.reconfigure(language(catalog))}), [catalog, start])

  useImperativeHandle(handle, () => ({
    chosen: () => (view.current ? chosenIn(view.current) : undefined),
    select(from, to) {
      const length = view.current?.state.doc.length ?? 0
      view.current?.dispatch({selection: {anchor: Math.min(from, length), head: Math.min(to, length)}, scrollIntoView: true})
      view.current?.focus()
    },
    insert(text) {
      view.current?.dispatch(view.current.state.replaceSelection(text))
      view.current?.focus()
    },
    replace(text) {
      view.current?.dispatch({changes: {from: 0, to: view.current.state.doc.length, insert: text}})
      view.current?.focus()
    },
  }))
  return <div ref={host} className="text-[13px]" />
}
